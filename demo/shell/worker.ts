import { proxy } from 'comlink'
import { atom } from 'nanostores'
import { type Fault, toFault } from '../../src/element/words/fault.ts'
import { connect } from '../../src/element/worker/channel.ts'
import type { PageWorker } from '../worker/main.ts'
import { askForCredentials } from './sign-in.ts'

const thread = new Worker(new URL('../worker/main.ts', import.meta.url), { type: 'module' })

/**
 * The Worker of the page: it has the SDK, and does all that talks to a registry. Pass callbacks with comlink's `proxy`.
 * Signals and faults go through.
 */
export const worker = connect<PageWorker>(thread)

/** Set if the Worker does not start: nothing of the page works without it. */
export const $workerFault = atom<Fault | undefined>()

worker.onSignIn(proxy(askForCredentials)).catch((error) => $workerFault.set(toFault(error)))

/** A second end of the Worker, for an element. */
export function openPort(): MessagePort {
  const { port1, port2 } = new MessageChannel()
  thread.postMessage({ port: port2 }, [port2])
  return port1
}
