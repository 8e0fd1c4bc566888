import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { canInstallDebianPackages, installDebianPackage } from './debian.js'
import { findExecutable } from './executable.js'

/**
 * A real registry to talk to.
 *
 * @typedef {object} RealRegistry
 * @property {string} url
 * @property {string} kind What it is, for people.
 * @property {() => Promise<void>} stop Ends it, if it was started here.
 */

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const BINARIES = ['docker-registry', 'registry']
const COMPOSE_PORT = 15000

/**
 * Finds a real registry or starts one: `REGISTRY_URL`, else a registry binary, else Docker Compose, else Debian's
 * package. Fails if none can be had.
 *
 * @param {{ port?: number, data?: string }} [options] For a binary: its port (default: a free one), and where it keeps
 *   its data (default: a temporary folder, removed at the end).
 * @returns {Promise<RealRegistry>}
 */
export async function startRegistry(options = {}) {
  const url = process.env.REGISTRY_URL
  if (url) return { url, kind: 'the one that REGISTRY_URL names', stop: async () => {} }
  if (!findBinary() && hasDockerCompose()) return startCompose()
  if (!findBinary() && canInstallDebianPackages()) installDebianPackage('docker-registry')
  const binary = findBinary()
  if (binary) return startBinary(binary, options)
  throw new Error(
    'No registry can be had: set REGISTRY_URL, or install the "registry" binary of distribution, Docker, or (on Debian) the package docker-registry.',
  )
}

function findBinary() {
  return BINARIES.map(findExecutable).find(Boolean)
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

/**
 * @param {string} binary
 * @param {{ port?: number, data?: string }} options
 * @returns {Promise<RealRegistry>}
 */
async function startBinary(binary, { port, data }) {
  const chosen = port ?? (await freePort())
  const folder = data ?? mkdtempSync(join(tmpdir(), 'registry-'))
  const child = spawn(binary, ['serve', join(ROOT, 'registry.yml')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...process.env,
      REGISTRY_HTTP_ADDR: `127.0.0.1:${chosen}`,
      REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY: folder,
      OTEL_TRACES_EXPORTER: 'none',
    },
  })
  // Its log is kept for a failed start only: to it every 404 is an error, and clients ask for what is not there all the time.
  let log = ''
  child.stderr.on('data', (data) => {
    log = (log + data).slice(-2000)
  })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const url = `http://127.0.0.1:${chosen}`
  const isUp = await Promise.race([untilReady(url).then(() => true), ended.then(() => false)])
  if (!isUp) throw new Error(`${binary} ended at once; is port ${chosen} taken?\n${log}`)
  return {
    url,
    kind: binary,
    async stop() {
      child.kill()
      await ended
      if (data === undefined) rmSync(folder, { recursive: true, force: true })
    },
  }
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

/** @returns {Promise<number>} */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
