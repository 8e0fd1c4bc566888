import { fileURLToPath } from 'node:url'
import { findExecutable } from '../scripts/find/executable.js'
import { findGoProgram } from '../scripts/find/go-program.js'

/**
 * An image to copy from one registry to another.
 *
 * @typedef {object} CopyJob
 * @property {string} from The URL of the registry that has it.
 * @property {string} url The URL of the other registry.
 * @property {string} repository Its repository in both. Its tag is `v1`.
 */

/**
 * A program that copies.
 *
 * @typedef {object} Copier
 * @property {string} name
 * @property {string} title
 * @property {(job: CopyJob) => readonly string[]} command
 * @property {(stdout: string) => Partial<import('./measure.js').Sample>} [report] What it says of itself. It overrides what was measured.
 */

const COPY = fileURLToPath(new URL('copy-program.js', import.meta.url))

/** @type {Readonly<Record<string, () => Omit<Copier, 'name'> | undefined>>} */
const COPIERS = {
  sdk: () => ({
    title: 'this package',
    command: (job) => [process.execPath, COPY, JSON.stringify(job)],
    report: (stdout) => JSON.parse(stdout),
  }),
  skopeo: () =>
    when(findExecutable('skopeo'), (skopeo) => ({
      title: 'skopeo copy, which keeps the digest',
      command: (job) => [
        ...[skopeo, 'copy', '--preserve-digests', '--src-tls-verify=false', '--dest-tls-verify=false'],
        ...namesOf(job).map((name) => `docker://${name}`),
      ],
    })),
  crane: () =>
    when(findGoProgram('crane'), (crane) => ({
      title: 'crane copy',
      command: (job) => [crane, 'copy', '--insecure', ...namesOf(job)],
    })),
  regctl: () =>
    when(findGoProgram('regctl'), (regctl) => ({
      title: 'regctl image copy',
      command: (job) => [
        regctl,
        ...[job.from, job.url].flatMap((url) => ['--host', `reg=${new URL(url).host},tls=disabled`]),
        ...['image', 'copy', ...namesOf(job)],
      ],
    })),
  oras: () =>
    when(findGoProgram('oras'), (oras) => ({
      title: 'oras copy',
      command: (job) => [oras, 'copy', '--from-plain-http', '--to-plain-http', '--no-tty', ...namesOf(job)],
    })),
}

/**
 * Finds the programs that are installed here, this package first.
 *
 * @returns {{ present: readonly Copier[], absent: readonly string[] }}
 */
export function findCopiers() {
  const found = Object.entries(COPIERS).map(([name, find]) => ({ name, copier: find() }))
  return {
    present: found.flatMap(({ name, copier }) => (copier ? [{ name, ...copier }] : [])),
    absent: found.flatMap(({ name, copier }) => (copier ? [] : [name])),
  }
}

/** @param {CopyJob} job */
function namesOf({ from, url, repository }) {
  return [from, url].map((url) => `${new URL(url).host}/${repository}:v1`)
}

/**
 * @template T
 * @param {string | undefined} program
 * @param {(program: string) => T} make
 */
function when(program, make) {
  return program === undefined ? undefined : make(program)
}
