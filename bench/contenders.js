import { findFloor } from './floor.js'
import { findCrane } from './peers/crane.js'
import { findDocker } from './peers/docker.js'
import { plainFetch } from './peers/plain-fetch.js'
import { findPython } from './peers/python.js'
import { findSkopeo } from './peers/skopeo.js'
import { sdk, sdkGzip, sdkWhenNeeded, sdkZstd } from './sdk.js'

/**
 * What is to be pushed, and where to.
 *
 * @typedef {object} Job
 * @property {import('./archives.js').MadeArchive} archive
 * @property {string} url The registry's.
 * @property {string} repository
 * @property {boolean} isAll Every image under its own name, not the first to the repository.
 * @property {string} folder For what is kept between runs.
 */

/**
 * Who pushes.
 *
 * @typedef {object} Contender
 * @property {string} name
 * @property {string} title
 * @property {(job: Job) => Promise<readonly string[]>} command What is run, and measured. What that needs is made ready here.
 * @property {(job: Job) => readonly string[]} [countCommand] The same, and it says what it reads; for runs that are not timed. Ours alone can.
 * @property {(stdout: string) => Partial<import('./measure.js').Sample>} [report] What it says of itself, which goes before what was seen of it.
 * @property {boolean} [isFloor] It sends blobs alone.
 * @property {boolean} [isClient] The work is done by a server of its own: what the process takes says nothing.
 */

/** By name: how to find each. Ours first, then the floor. */
const CONTENDERS = {
  sdk: () => sdk,
  'sdk-when-needed': () => sdkWhenNeeded,
  'sdk-zstd': () => sdkZstd,
  'sdk-gzip': () => sdkGzip,
  curl: findFloor,
  'plain-fetch': () => plainFetch,
  python: findPython,
  skopeo: findSkopeo,
  crane: findCrane,
  docker: findDocker,
}

/** @typedef {keyof typeof CONTENDERS} ContenderName */

/**
 * Finds those that are installed here.
 *
 * @param {readonly ContenderName[]} names
 * @returns {{ present: readonly Contender[], absent: readonly string[] }}
 */
export function findContenders(names) {
  const found = names.map((name) => ({ name, contender: CONTENDERS[name]() }))
  return {
    present: found.flatMap(({ contender }) => contender ?? []),
    absent: found.filter(({ contender }) => !contender).map(({ name }) => name),
  }
}
