import { describe, expect, it } from 'vitest'
import { connect, offer } from '../../../src/element/worker/channel.ts'

/** An act that lasts until it is ended or aborted. */
function createActs() {
  const signals: AbortSignal[] = []
  let end = () => {}
  const acts = {
    run: (signal: AbortSignal) =>
      new Promise<string>((resolve, reject) => {
        signals.push(signal)
        end = () => resolve('ended')
        signal.addEventListener('abort', () => reject(signal.reason))
      }),
  }
  const { port1, port2 } = new MessageChannel()
  offer({ acts }, port1 as never)
  const remote = connect<{ acts: typeof acts }>(port2 as never)
  return { remote, signals, end: () => end() }
}

describe('connect()', () => {
  it('passes an abort on while a call is under way', async () => {
    const { remote, signals } = createActs()
    const controller = new AbortController()
    const running = remote.acts.run(controller.signal)
    await expect.poll(() => signals).toHaveLength(1)
    controller.abort()
    await expect(running).rejects.toMatchObject({ name: 'AbortError' })
  })

  it('passes on a signal that is aborted already', async () => {
    const { remote, signals } = createActs()
    void remote.acts.run(AbortSignal.abort()).catch(() => undefined)
    await expect.poll(() => signals.map(({ aborted }) => aborted)).toEqual([true])
  })

  it('keeps nothing of a signal when the call has ended', async () => {
    const { remote, signals, end } = createActs()
    const { signal } = new AbortController()
    let listeners = 0
    const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)]
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners++
      add(...args)
    }
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners--
      remove(...args)
    }
    const running = remote.acts.run(signal)
    await expect.poll(() => signals).toHaveLength(1)
    expect(listeners).toBe(1)
    end()
    expect(await running).toBe('ended')
    expect(listeners).toBe(0)
  })
})
