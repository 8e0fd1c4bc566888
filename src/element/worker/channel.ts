import { type Endpoint, expose, type TransferHandler, transferHandlers, wrap } from 'comlink'
import { toFault } from '../words/fault.ts'
import type { Api } from './api.ts'

// Comlink, with what it does not pass on by itself. These are functions: bundlers drop a module that is only imported.

/** Offers functions to the other end. @default of the Worker that this runs in */
export function offer(api: object, end?: Endpoint): void {
  passMore()
  expose(api, end)
}

/** Gives the functions that the other end offers. */
export function connect<T>(end: Endpoint): Api<T> {
  passMore()
  return wrap<T>(end) as unknown as Api<T>
}

function passMore(): void {
  transferHandlers.set('signal', signals)
  transferHandlers.set('throw', faults)
}

/** An abort of the page is an abort in the Worker. */
const signals: TransferHandler<AbortSignal, MessagePort | undefined> = {
  canHandle: (value): value is AbortSignal => value instanceof AbortSignal,
  serialize(signal) {
    if (signal.aborted) return [undefined, []]
    const { port1, port2 } = new MessageChannel()
    signal.addEventListener('abort', () => port1.postMessage('abort'), { once: true })
    return [port2, [port2]]
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
