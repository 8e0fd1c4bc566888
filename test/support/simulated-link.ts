import { vi } from 'vitest'
import type { PushProgress } from '../../src/index.ts'
import { type DisturbedPush, disturbedPush } from './disturbed-push.ts'

/** What a link is like, and the registry at its end. */
export interface SimulatedLink {
  /** Of all requests together, a fair share each. It may change with the time, in seconds. */
  readonly bytesPerSecond: number | ((seconds: number) => number)
  /** In milliseconds: what each answer takes beyond that. @default 40 */
  readonly answer?: number
}

/** A request with bytes of a blob. Times are seconds since the first request. */
interface Carried {
  readonly method: string
  readonly bytes: number
  readonly from: number
  readonly to: number
}

/** A progress event, with its time. */
export interface Told extends PushProgress {
  readonly at: number
}

/** In milliseconds. */
const TICK = 20

/** Pushes over a link by a clock of its own (`useFakeClock`), in the chunks that the push itself chooses. */
export async function pushOverLink(
  { bytesPerSecond, answer = 40 }: SimulatedLink,
  { layers = [], ...options }: Omit<DisturbedPush, 'layers'> & { readonly layers?: readonly number[] },
) {
  const carried: Carried[] = []
  const told: Told[] = []
  /** What is loaded before the first request takes time, too. */
  let begun: number | undefined
  const seconds = () => (performance.now() - (begun ?? performance.now())) / 1000
  const rate = () => (typeof bytesPerSecond === 'function' ? bytesPerSecond(seconds()) : bytesPerSecond)
  let underWay = 0

  async function carry(bytes: number): Promise<void> {
    underWay++
    for (let left = bytes; left > 0; left -= (rate() / underWay) * (TICK / 1000)) await sleep(TICK)
    underWay--
  }

  const push = await disturbedPush(
    async (request, go) => {
      begun ??= performance.now()
      const body = await request.clone().arrayBuffer()
      const from = seconds()
      if (body.byteLength > 0) await carry(body.byteLength)
      await sleep(answer)
      const response = await go()
      if (body.byteLength > 0 && request.url.includes('/uploads/')) {
        carried.push({ method: request.method, bytes: body.byteLength, from, to: seconds() })
      }
      return response
    },
    {
      layers: layers.map((size, index) => String(index % 10).repeat(size)),
      chunkSize: undefined,
      concurrency: undefined,
      onProgress: (progress) => told.push({ ...progress, at: seconds() }),
      ...options,
    },
  )
  let isOver = false
  const over = () => {
    isOver = true
  }
  push.pushing.then(over, over)
  while (!isOver) {
    // Streams and hashes keep to no clock.
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
    vi.advanceTimersByTime(TICK)
  }
  await push.pushing
  return { ...push, carried, told, seconds: seconds(), chunks: carried.filter(({ method }) => method === 'PATCH') }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
