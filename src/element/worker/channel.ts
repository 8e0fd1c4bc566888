import { type Endpoint, expose, type TransferHandler, transferHandlers, wrap } from 'comlink'
import { PartFault, toFault } from '../words/fault.ts'
import type { Api } from './api.ts'

// Comlink, with what it does not pass on by itself. These are functions: bundlers drop a module that is only imported.

/** Offers functions to the other end. @default of the Worker that this runs in */
export function offer(api: object, end?: Endpoint): void {
  passMore()
  expose(api, end)
}

/** Gives the functions that the other end offers. If that is a Worker which does not start, they reject. */
export function connect<T>(end: Endpoint): Api<T> {
  passMore()
  return linking(wrap(end), watchStart(end)) as Api<T>
}

function passMore(): void {
  transferHandlers.set('signal', signals)
  transferHandlers.set('throw', faults)
}

type Remote = ((...args: readonly unknown[]) => Promise<unknown>) & Record<string | symbol, unknown>

/** Returns the answer of a call, or rejects if the Worker does not start. */
type AwaitAnswer = (answer: Promise<unknown>) => Promise<unknown>

function watchStart(end: Endpoint): AwaitAnswer {
  const watching = new AbortController()
  // Not one promise that all calls race with: it would keep their answers in memory while it is pending.
  const waiting = new Set<(fault: PartFault) => void>()
  let fault: PartFault | undefined
  const fail = (event: Event) => {
    fault = new PartFault((event as ErrorEvent).message || 'the Worker does not start')
    for (const reject of waiting) reject(fault)
  }
  end.addEventListener('error', fail as EventListener, { signal: watching.signal })
  return (answer) =>
    new Promise((resolve, reject) => {
      if (fault) return reject(fault)
      waiting.add(reject)
      const take = (value: unknown) => {
        // A later error of the Worker is that of one call.
        watching.abort()
        resolve(value)
      }
      answer.then(take, reject).finally(() => waiting.delete(reject))
    })
}

/** Links the signals of each call for as long as it takes: a signal may outlive many calls. */
function linking(remote: unknown, awaitAnswer: AwaitAnswer): unknown {
  return new Proxy(remote as Remote, {
    get: (target, name) => linking(target[name], awaitAnswer),
    async apply(target, _, args: readonly unknown[]) {
      const links = args.map((arg) => (arg instanceof AbortSignal ? new SignalLink(arg) : arg))
      try {
        return await awaitAnswer(target(...links))
      } finally {
        for (const link of links) if (link instanceof SignalLink) link.close()
      }
    },
  })
}

/** A signal on its way to the Worker. */
class SignalLink {
  readonly #signal: AbortSignal
  #port: MessagePort | undefined
  #tell = () => this.#port?.postMessage('abort')

  constructor(signal: AbortSignal) {
    this.#signal = signal
  }

  /** Returns the end for the Worker. Nothing if the signal is aborted already. */
  open(): MessagePort | undefined {
    if (this.#signal.aborted) return undefined
    const { port1, port2 } = new MessageChannel()
    this.#port = port1
    this.#signal.addEventListener('abort', this.#tell, { once: true })
    return port2
  }

  close(): void {
    this.#signal.removeEventListener('abort', this.#tell)
    this.#port?.close()
  }
}

/** An abort of the page is an abort in the Worker. */
const signals: TransferHandler<SignalLink | AbortSignal, MessagePort | undefined> = {
  canHandle: (value): value is SignalLink => value instanceof SignalLink,
  serialize(link) {
    const port = (link as SignalLink).open()
    return port ? [port, [port]] : [undefined, []]
  },
  deserialize(port) {
    const controller = new AbortController()
    if (port) port.onmessage = () => controller.abort()
    else controller.abort()
    return controller.signal
  },
}

/** Errors lose their class and fields on the way. A fault keeps them. */
const thrown = transferHandlers.get('throw') as TransferHandler<{ value: unknown }, unknown>
const faults: TransferHandler<{ value: unknown }, unknown> = {
  ...thrown,
  serialize: ({ value }) => thrown.serialize({ value: toFault(value) }),
}
