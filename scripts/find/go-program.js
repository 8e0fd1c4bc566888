import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { findExecutable } from './executable.js'

/**
 * A program that no package of Debian's brings: it is built from its public Go module, at a version that is held.
 *
 * @typedef {object} GoProgram
 * @property {string} title What it is, for people.
 * @property {string} module
 * @property {string} version
 * @property {string} command The folder of its program in the module.
 * @property {readonly string[]} tags Of the build.
 */

/**
 * What building one came to: its path, or why it cannot be had.
 *
 * @typedef {{ path: string, absence?: undefined } | { path?: undefined, absence: string }} BuiltProgram
 */

/** @typedef {keyof typeof GO_PROGRAMS} GoProgramName */

const FOLDER = fileURLToPath(new URL('../../.cache/go', import.meta.url))
/** In milliseconds: without Go's caches two slow cores take minutes. */
const LONGEST_BUILD = 20 * 60_000

/** Real registries, and the test of registries. The versions are held: what the tests say of a program, they say of this one. */
export const GO_PROGRAMS = Object.freeze({
  'distribution-3': /** @type {GoProgram} */ ({
    title: 'distribution 3.1.2',
    module: 'github.com/distribution/distribution/v3',
    version: 'v3.1.2',
    command: './cmd/registry',
    tags: [],
  }),
  // Without its extensions: no search, no scans, no page. What it does as a registry is the same.
  zot: /** @type {GoProgram} */ ({
    title: 'zot 1.4.3',
    module: 'github.com/project-zot/zot',
    version: 'v1.4.3',
    command: './cmd/zot',
    tags: ['containers_image_openpgp'],
  }),
  // It has no releases of its own.
  conformance: /** @type {GoProgram} */ ({
    title: 'the conformance test of distribution-spec',
    module: 'github.com/opencontainers/distribution-spec/conformance',
    version: 'v0.0.0-20260831232431-97274622c111',
    command: '.',
    tags: [],
  }),
  // Keeps the images of Docker 29. The version is the one that dockerd itself is made with.
  containerd: /** @type {GoProgram} */ ({
    title: 'containerd 2.3.5',
    module: 'github.com/containerd/containerd/v2',
    version: 'v2.3.5',
    command: './cmd/containerd',
    tags: [],
  }),
  // The Go module has versions of its own. Of this one the API is 1.56, which is that of Docker 29.8.
  dockerd: /** @type {GoProgram} */ ({
    title: 'Docker 29.8',
    module: 'github.com/moby/moby/v2',
    version: 'v2.0.0-beta.24',
    command: './cmd/dockerd',
    tags: ['exclude_graphdriver_btrfs'],
  }),
  ctr: /** @type {GoProgram} */ ({
    title: 'ctr 2.3.5',
    module: 'github.com/containerd/containerd/v2',
    version: 'v2.3.5',
    command: './cmd/ctr',
    tags: [],
  }),
  crane: /** @type {GoProgram} */ ({
    title: 'crane 0.22.1',
    module: 'github.com/google/go-containerregistry',
    version: 'v0.22.1',
    command: './cmd/crane',
    tags: [],
  }),
  oras: /** @type {GoProgram} */ ({
    title: 'oras 1.3.6',
    module: 'oras.land/oras',
    version: 'v1.3.6',
    command: './cmd/oras',
    tags: [],
  }),
  regctl: /** @type {GoProgram} */ ({
    title: 'regctl 0.11.7',
    module: 'github.com/regclient/regclient',
    version: 'v0.11.7',
    command: './cmd/regctl',
    tags: [],
  }),
})

/**
 * Finds a program that has been built, or is on the PATH.
 *
 * @param {GoProgramName} name
 * @returns {string | undefined} its path
 */
export function findGoProgram(name) {
  const path = pathOf(name)
  return existsSync(path) ? path : findExecutable(name)
}

/** @param {GoProgramName} name */
function pathOf(name) {
  return join(FOLDER, `${name}-${GO_PROGRAMS[name].version}`)
}

/**
 * Builds a program with the Go of this machine, once: `.cache/go` keeps it.
 *
 * @param {GoProgramName} name
 * @returns {Promise<BuiltProgram>}
 */
export async function buildGoProgram(name) {
  const { title, module, version, command, tags } = GO_PROGRAMS[name]
  const path = pathOf(name)
  if (existsSync(path)) return { path }
  const go = findExecutable('go')
  if (!go) return { absence: 'Go is not installed' }
  console.log(`Building ${title} with Go: this takes minutes where Go has not built it before`)
  mkdirSync(FOLDER, { recursive: true })
  // Another run may be building it, too: neither finds half a program.
  const draft = `${path}.${process.pid}`
  try {
    await run(go, ['mod', 'download', `${module}@${version}`], FOLDER)
    const folder = (await run(go, ['list', '-m', '-f', '{{.Dir}}', `${module}@${version}`], FOLDER)).trim()
    // Within the module, so that its own go.sum and its own replacements hold; `go install` refuses modules that have any.
    await run(go, ['build', '-trimpath', '-tags', tags.join(','), '-ldflags', '-s -w', '-o', draft, command], folder)
    renameSync(draft, path)
    return { path }
  } catch (error) {
    return { absence: `Go cannot build it: ${lastLine(/** @type {Error} */ (error).message)}` }
  }
}

const execute = promisify(execFile)

/**
 * @param {string} go
 * @param {readonly string[]} args
 * @param {string} cwd
 * @returns {Promise<string>} what it says
 */
async function run(go, args, cwd) {
  // No C compiler is needed, and a workspace around this project is none of the program's.
  const env = { ...process.env, CGO_ENABLED: '0', GOWORK: 'off' }
  return (await execute(go, args, { cwd, env, timeout: LONGEST_BUILD, maxBuffer: 2 ** 26 })).stdout
}

/** @param {string} text */
function lastLine(text) {
  return text.trim().split('\n').at(-1)?.trim() ?? ''
}
