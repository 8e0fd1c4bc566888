import { type TransferHandler, transferHandlers } from 'comlink'
import { toFault } from '../words/fault.ts'

// What comlink does not pass on by itself. Both ends import this module.

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
transferHandlers.set('signal', signals)

/** Errors lose their class and fields on the way. A fault keeps them. */
const thrown = transferHandlers.get('throw') as TransferHandler<{ value: unknown }, unknown>
const faults: TransferHandler<{ value: unknown }, unknown> = {
  ...thrown,
  serialize: ({ value }) => thrown.serialize({ value: toFault(value) }),
}
transferHandlers.set('throw', faults)
