import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, isListening } from '../../scripts/find/port.js'
import { startServer } from '../../scripts/find/server.js'

/**
 * Starts a real zot that asks nobody who they are, and deletes.
 *
 * @param options.dedupes Whether a blob that one repository has is in all of them, as zot has it unless told otherwise. @default false
 */
export async function startZot(
  binary: string,
  { dedupes = false } = {},
): Promise<{ url: string; stop(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'zot-'))
  const port = await freePort()
  const configuration = join(folder, 'zot.json')
  const storage = { rootDirectory: join(folder, 'data'), gc: false, dedupe: dedupes }
  const http = { address: '127.0.0.1', port: String(port) }
  writeFileSync(configuration, JSON.stringify({ storage, http, log: { level: 'error' } }))
  const server = await startServer(binary, ['serve', configuration], { isUp: () => isListening(port) })
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
