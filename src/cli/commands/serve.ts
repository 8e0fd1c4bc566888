import { serveTestRegistry } from '../../testing/node.ts'
import type { Context } from '../context/context.ts'

interface ServeFlags {
  readonly port: number
  readonly host: string
  readonly folder?: string | undefined
  readonly readOnly?: true | undefined
}

/** In milliseconds: the time that requests under way have to end after Ctrl-C. */
const GRACE = 3000

const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|::1)$/

/** Serves the embedded registry until Ctrl-C. */
export async function serve(context: Context, flags: ServeFlags): Promise<undefined> {
  const { port, host, folder, readOnly = false } = flags
  const registry = await serveTestRegistry({
    ...{ port, hostname: host, readOnly, keptRequests: 0 },
    ...(folder !== undefined && { folder }),
    onRequest: ({ method, url, status, receivedBytes, sentBytes, milliseconds }) =>
      context.debug?.(
        `${method} ${withoutQuery(url)} ${status}, ${receivedBytes} B received, ${sentBytes} B sent, ${Math.round(milliseconds)} ms`,
      ),
  })
  try {
    const url = registry.url.replace(/\/$/, '')
    const name = nameFor(host, new URL(url).port)
    await context.print({ json: { url, name, folder: folder ?? null, readOnly }, lines: [url] })
    if (!LOOPBACK.test(host)) {
      context.onWarning(
        `Everyone who reaches ${host} can read ${readOnly ? '' : 'and write '}this registry: it has no sign-in and no TLS.`,
      )
    }
    for (const line of hints(name, folder, readOnly)) context.note(line)
    await context.untilStopped()
  } finally {
    await registry.close({ grace: GRACE })
  }
  context.note('Stopped.')
}

/** Returns the name by which clients on this machine reach the registry, as it stands in references. */
function nameFor(host: string, port: string): string {
  const isLocal = LOOPBACK.test(host) || host === '0.0.0.0' || host === '::'
  return `${isLocal ? 'localhost' : host.includes(':') ? `[${host}]` : host}:${port || '80'}`
}

function hints(name: string, folder: string | undefined, readOnly: boolean): readonly string[] {
  const content =
    folder === undefined
      ? 'Its content is in memory, and is lost when it stops.'
      : `Its content is in the folder "${folder}".`
  const commands = [
    ...(readOnly ? [] : [`registry-client push app.tar ${name}/app:v1`, `docker push ${name}/app:v1`]),
    `registry-client repos ${name}`,
  ]
  return [
    `This is a registry for trials, without a sign-in${readOnly ? ', and read-only' : ''}. ${content}`,
    'For production use distribution, Harbor or zot.',
    'Try:',
    ...commands.map((command) => `  ${command}`),
    'Press Ctrl-C to stop.',
  ]
}

/** The query of an upload has its state, and that of a token request may have a password. */
function withoutQuery(url: string): string {
  return url.replace(/\?.*/s, '')
}
