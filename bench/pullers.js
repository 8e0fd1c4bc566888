import { fileURLToPath } from 'node:url'
import { findExecutable } from '../scripts/find/executable.js'
import { findGoProgram } from '../scripts/find/go-program.js'

/**
 * An image to pull, and where to.
 *
 * @typedef {object} PullJob
 * @property {string} url The registry's.
 * @property {string} repository The image's tag there is `v1`.
 * @property {readonly string[]} digests The image's blobs.
 * @property {string} folder An empty folder for what is pulled.
 */

/**
 * A program that pulls.
 *
 * @typedef {object} Puller
 * @property {string} name
 * @property {string} title
 * @property {(job: PullJob) => readonly string[]} command
 * @property {(stdout: string) => Partial<import('./measure.js').Sample>} [report] What it says of itself. It overrides what was measured.
 */

const PULL = fileURLToPath(new URL('pull-program.js', import.meta.url))
const PLAIN_PULL = fileURLToPath(new URL('plain-pull.js', import.meta.url))
/** One process for each URL, all at once. */
const CURL =
  'cd "$1" || exit 1; shift; for url; do curl -sSf -O "$url" & pids="$pids $!"; done; for pid in $pids; do wait "$pid" || exit 1; done'

/** @type {Readonly<Record<string, () => Omit<Puller, 'name'> | undefined>>} */
const PULLERS = {
  sdk: () => ({
    title: 'this package',
    command: ({ url, repository, folder }) => [
      process.execPath,
      PULL,
      JSON.stringify({ url, repository, to: `${folder}/app.tar` }),
    ],
    report: (stdout) => JSON.parse(stdout),
  }),
  curl: () =>
    when(findExecutable('curl'), () => ({
      title: 'curl, all blobs at once, to files, no hashing',
      command: (job) => ['sh', '-c', CURL, 'sh', job.folder, ...blobUrls(job)],
    })),
  'plain-fetch': () => ({
    title: "Node's `fetch`, SHA-256 and `fs`, nothing else",
    command: (job) => [
      process.execPath,
      PLAIN_PULL,
      JSON.stringify({ to: `${job.folder}/blobs`, urls: blobUrls(job) }),
    ],
  }),
  skopeo: () =>
    when(findExecutable('skopeo'), (skopeo) => ({
      title: 'skopeo copy',
      command: (job) => [
        ...[skopeo, 'copy', '--src-tls-verify=false'],
        ...[`docker://${nameOf(job)}`, `docker-archive:${job.folder}/app.tar`],
      ],
    })),
  crane: () =>
    when(findGoProgram('crane'), (crane) => ({
      title: 'crane pull',
      command: (job) => [crane, 'pull', '--insecure', nameOf(job), `${job.folder}/app.tar`],
    })),
  regctl: () =>
    when(findGoProgram('regctl'), (regctl) => ({
      title: 'regctl image export',
      command: (job) => [
        ...[regctl, '--host', `reg=${new URL(job.url).host},tls=disabled`],
        ...['image', 'export', nameOf(job), `${job.folder}/app.tar`],
      ],
    })),
}

/**
 * Finds the programs that are installed here, this package first.
 *
 * @returns {{ present: readonly Puller[], absent: readonly string[] }}
 */
export function findPullers() {
  const found = Object.entries(PULLERS).map(([name, find]) => ({ name, puller: find() }))
  return {
    present: found.flatMap(({ name, puller }) => (puller ? [{ name, ...puller }] : [])),
    absent: found.flatMap(({ name, puller }) => (puller ? [] : [name])),
  }
}

/** @param {PullJob} job */
function nameOf({ url, repository }) {
  return `${new URL(url).host}/${repository}:v1`
}

/** @param {PullJob} job */
function blobUrls({ url, repository, digests }) {
  return digests.map((digest) => `${url}/v2/${repository}/blobs/${digest}`)
}

/**
 * @template T
 * @param {string | undefined} program
 * @param {(program: string) => T} make
 */
function when(program, make) {
  return program === undefined ? undefined : make(program)
}
