import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { dirname } from 'node:path'

/**
 * What a contender showed in one case.
 *
 * @typedef {object} Shown
 * @property {string} title
 * @property {readonly import('./measure.js').Sample[]} samples One a round.
 * @property {Partial<import('./counting-proxy.js').RequestCounts & import('./sdk.js').ReadCounts> & { reads?: number }} [counts] Of a run that was not timed.
 */

/**
 * What one case came to.
 *
 * @typedef {object} CaseResult
 * @property {string} title
 * @property {string} [floor] The contender that the others are compared with first.
 * @property {number} [bytes] Of what is pushed, or of what is opened or loaded.
 * @property {number} [layers]
 * @property {import('../scripts/slow-link.js').Link} [link]
 * @property {Readonly<Record<string, Shown>>} contenders
 * @property {readonly string[]} [absent] Contenders that are not installed.
 * @property {readonly string[]} [unable] Contenders that failed, as some cannot read every archive.
 * @property {Readonly<Record<string, number>>} [loads] What is loaded, for what and when.
 * @property {Readonly<Record<string, number>>} [parts] What the bytes are made of: how many fewer there would be without it.
 */

/**
 * Everything that was measured, by the names of the cases.
 *
 * @typedef {object} Results
 * @property {string} machine
 * @property {number} scale
 * @property {Readonly<Record<string, CaseResult>>} cases
 */

/**
 * Reads results of before; none, if there are none.
 *
 * @param {string} path
 * @param {number} scale
 * @returns {Results}
 */
export function readResults(path, scale) {
  const earlier = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined
  return { machine: describeMachine(), scale, cases: earlier?.cases ?? {} }
}

/**
 * @param {string} path
 * @param {Results} results
 */
export function writeResults(path, results) {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `${JSON.stringify(results, null, 2)}\n`)
}

function describeMachine() {
  return `${cpus().length} cores, ${process.platform} ${process.arch}, Node ${process.versions.node}`
}
