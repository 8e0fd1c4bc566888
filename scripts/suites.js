import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { COUNTS_FILE } from './counts-reporter.js'
import { bringChromium } from './find/chromium.js'
import { bringEngines } from './find/engines.js'
import { bringNode, NEWEST_NODE } from './find/node.js'
import { run } from './run.js'

/**
 * What checks came to.
 *
 * @typedef {object} Counts
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 * @property {readonly string[]} [failures] The tests that failed, with the first line of their error.
 */

const REPORTER = fileURLToPath(new URL('counts-reporter.js', import.meta.url))

/** How many random cases the longest of the fuzz tests tries in the thorough check; the others try a share of them. */
const THOROUGH_RUNS = '10000'

/** The browser suites in all engines, as vitest's projects are called, and the page in those that are not Chromium. The first is Chromium's. */
export const ENGINES = ['browser', 'firefox', 'webkit', 'page-engines']

/**
 * Runs suites, with the browsers that they need.
 *
 * @param {readonly string[]} projects
 * @param {{ isThorough?: boolean }} [options] Default: fewer random cases, and without the tests of regular expressions.
 * @returns {Counts}
 */
export function runSuites(projects, { isThorough = false } = {}) {
  console.log('\n— tests')
  const browsers = { Chromium: bringChromium(), ...(projects.includes('webkit') && bringEngines()) }
  for (const [name, path] of Object.entries(browsers)) console.log(`${name}: ${path}`)
  if (isThorough) return runVitest(projects, [], { env: { FUZZ_RUNS: THOROUGH_RUNS } })
  return runVitest(projects, [without('regular-expressions')])
}

/**
 * Runs the suite of Node on the newest Node, without tests of two minutes that do not depend on Node's version: those
 * of docstrings and of regular expressions.
 *
 * @returns {Counts}
 */
export function runOnNewestNode() {
  console.log(`\n— tests on Node ${NEWEST_NODE}`)
  const options = ['docstrings', 'regular-expressions'].map(without)
  return runVitest(['node'], options, { node: bringNode(NEWEST_NODE) })
}

function without(/** @type {string} */ name) {
  return `--exclude=test/node/${name}.test.ts`
}

/**
 * @param {readonly string[]} projects
 * @param {readonly string[]} options More options of vitest.
 * @param {Parameters<typeof run>[1]} [settings] The Node to run them on, and more environment.
 * @returns {Counts}
 */
function runVitest(projects, options, settings = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'check-'))
  const file = join(folder, 'counts.json')
  const reporters = ['--reporter=default', `--reporter=${REPORTER}`]
  const command = ['vitest', 'run', ...projects.map((name) => `--project=${name}`), ...options, ...reporters]
  const isPassed = run(command, { ...settings, env: { ...settings.env, [COUNTS_FILE]: file } })
  const counts = readCounts(file, isPassed)
  rmSync(folder, { recursive: true })
  return counts
}

/**
 * Lists the tests that failed, then says what all came to in one line, and lets the process end accordingly.
 *
 * @param {...Counts} counts
 */
export function conclude(...counts) {
  const failures = counts.flatMap(({ failures = [] }) => failures)
  if (failures.length > 0) console.log(`\nFailed tests:\n${failures.map((failure) => `- ${failure}`).join('\n')}`)
  const sum = (/** @type {'passed' | 'failed' | 'skipped'} */ kind) =>
    counts.reduce((total, part) => total + part[kind], 0)
  console.log(`\n${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`)
  process.exitCode = sum('failed') === 0 ? 0 : 1
}

/**
 * Reads what the tests came to. A run that broke off counts as one failure.
 *
 * @param {string} file
 * @param {boolean} isPassed
 * @returns {Counts}
 */
function readCounts(file, isPassed) {
  try {
    const counts = JSON.parse(readFileSync(file, 'utf8'))
    return isPassed || counts.failed > 0 ? counts : { ...counts, failed: 1, failures: ['vitest failed: see above'] }
  } catch {
    return { passed: 0, failed: 1, skipped: 0, failures: ['vitest did not get as far as its tests: see above'] }
  }
}
