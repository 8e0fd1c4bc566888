import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, isListening } from '../../scripts/find/port.js'
import { startServer } from '../../scripts/find/server.js'
import { replaceOnce } from './nginx.ts'
import { bringProgram } from './peers.ts'

/**
 * Starts a Caddy with the page and a registry on one origin: with demo/hosting/Caddyfile as it is, but for the address,
 * the folder of the page and the registry's address.
 */
export async function startPageCaddy({ root, upstream }: { root: string; upstream: string }) {
  const program = bringProgram('caddy')
  const folder = mkdtempSync(join(tmpdir(), 'caddy-'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const site = replaceOnce(readFileSync('demo/hosting/Caddyfile', 'utf8'), {
    'registry.example.com {': `${url} {`,
    'root * /srv': `root * ${root}`,
    'registry:5000': new URL(upstream).host,
  })
  // Its port for administration is one for the whole machine.
  writeFileSync(join(folder, 'Caddyfile'), `{\n\tadmin off\n}\n${site}`)
  const server = await startServer(program, ['run', '--config', join(folder, 'Caddyfile')], {
    isUp: () => isListening(port),
    env: { XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
  })
  return {
    url,
    async stop() {
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
