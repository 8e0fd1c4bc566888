import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { bringRegistryBinary, findRegistryBinary, startRegistryBinary } from './registry-binary.js'

/**
 * A real registry to talk to.
 *
 * @typedef {object} RealRegistry
 * @property {string} url
 * @property {string} kind What it is, for people.
 * @property {() => Promise<void>} stop Ends it, if it was started here.
 */

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const COMPOSE_PORT = 15000

/**
 * Finds a real registry or starts one: `REGISTRY_URL`, else a registry binary, else Docker Compose, else Debian's
 * package. Fails if none can be had.
 *
 * @param {{ port?: number, data?: string }} [options] For a binary: its port (default: a free one), and where it keeps
 *   its data (default: a temporary folder, removed at the end).
 * @returns {Promise<RealRegistry>}
 */
export async function startRegistry(options) {
  const url = process.env.REGISTRY_URL
  if (url) return { url, kind: 'the one that REGISTRY_URL names', stop: async () => {} }
  if (!findRegistryBinary() && hasDockerCompose()) return startCompose()
  const binary = bringRegistryBinary()
  if (!binary) {
    throw new Error(
      'No registry can be had: set REGISTRY_URL, or install the "registry" binary of distribution, Docker, or (on Debian) the package docker-registry.',
    )
  }
  const { port, stop } = await startRegistryBinary(binary, options)
  return { url: `http://127.0.0.1:${port}`, kind: binary, stop }
}

function hasDockerCompose() {
  try {
    execFileSync('docker', ['compose', 'version'], { stdio: 'ignore' })
    execFileSync('docker', ['info'], { stdio: 'ignore', timeout: 10_000 })
    return true
  } catch {
    // No client, no Compose or no engine: all three are needed.
    return false
  }
}

/** @returns {Promise<RealRegistry>} */
async function startCompose() {
  const compose = (/** @type {string[]} */ ...args) =>
    execFileSync('docker', ['compose', ...args], { cwd: ROOT, stdio: 'ignore' })
  compose('up', '--detach')
  const url = `http://127.0.0.1:${COMPOSE_PORT}`
  await untilReady(url)
  return { url, kind: 'Docker Compose', stop: async () => void compose('down') }
}

/** @param {string} url */
async function untilReady(url) {
  for (let attempt = 0; attempt < 100; attempt++) {
    const isReady = await fetch(`${url}/v2/`).then(
      (response) => response.ok,
      () => false,
    )
    if (isReady) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`The registry at ${url} did not answer within 10 s.`)
}
