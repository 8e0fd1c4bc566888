import { subscribe } from 'node:diagnostics_channel'

/** In milliseconds: refused connections of a shorter time are not worth a note. */
const PATIENCE = 3000

/** The message of undici's channel for connections that fail (undici § Diagnostics Channel). Deno and Bun send none. */
interface ConnectError {
  readonly connectParams: { readonly host: string }
  readonly error: { readonly code?: string }
}

/**
 * Notes hosts that take no connection for some seconds, each once. The SDK tries again meanwhile, and says nothing
 * until it gives up.
 */
export function watchConnections(note: (text: string) => void): void {
  const begins = new Map<string, number>()
  subscribe('undici:client:connectError', (message) => {
    const { connectParams, error } = message as ConnectError
    const { host } = connectParams
    const begin = begins.get(host) ?? performance.now()
    begins.set(host, begin)
    if (performance.now() - begin < PATIENCE) return
    begins.set(host, Number.POSITIVE_INFINITY)
    note(`No connection to ${host} yet (${error.code ?? 'no reason is known'}). Trying again.`)
  })
}
