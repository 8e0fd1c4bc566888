import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
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

/** The browser suites in all engines, as vitest's projects are called, and the page in those that are not Chromium. The first is Chromium's. */
export const ENGINES = ['browser', 'firefox', 'webkit', 'page-engines']

/**
 * Runs suites, with the browsers that they need.
 *
 * @param {readonly string[]} projects
 * @returns {Counts}
 */
export function runSuites(projects) {
  console.log('\n— tests')
  const browsers = { Chromium: bringChromium(), ...(projects.includes('webkit') && bringEngines()) }
  for (const [name, path] of Object.entries(browsers)) console.log(`${name}: ${path}`)
  return runVitest(projects, [])
}

/**
 * Runs the suite of Node on the newest Node, without tests of two minutes that do not depend on Node's version: those
 * of docstrings and of regular expressions.
 *
 * @returns {Counts}
 */
export function runOnNewestNode() {
  console.log(`\n— tests on Node ${NEWEST_NODE}`)
  const options = ['docstrings', 'regular-expressions'].map((name) => `--exclude=test/node/${name}.test.ts`)
  return runVitest(['node'], options, bringNode(NEWEST_NODE))
}

/**
 * @param {readonly string[]} projects
 * @param {readonly string[]} options More options of vitest.
 * @param {string} [node] The path of the Node to run them on. Default: this one.
 * @returns {Counts}
 */
function runVitest(projects, options, node) {
  const folder = mkdtempSync(join(tmpdir(), 'check-'))
  const report = join(folder, 'report.json')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const command = ['vitest', 'run', ...projects.map((name) => `--project=${name}`), ...options, ...reporters]
  const counts = readCounts(report, run(command, { node }))
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
 * @param {string} report
 * @param {boolean} isPassed
 * @returns {Counts}
 */
function readCounts(report, isPassed) {
  try {
    const { numPassedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(readFileSync(report, 'utf8'))
    const failures = testResults.flatMap(listFailures)
    if (!isPassed && failures.length === 0) failures.push('an error outside of all tests: see above')
    return {
      passed: numPassedTests,
      failed: failures.length,
      skipped: numPendingTests + numTodoTests,
      failures,
    }
  } catch {
    return { passed: 0, failed: 1, skipped: 0, failures: ['vitest did not get as far as its tests: see above'] }
  }
}

/**
 * Lists the failures of a file. A file that cannot even be loaded has no tests, and is one.
 *
 * @param {{ name: string, status: string, message: string, assertionResults: ReadonlyArray<{ status: string, fullName: string, failureMessages: readonly string[] }> }} file
 */
function listFailures({ name, status, message, assertionResults }) {
  const file = relative(process.cwd(), name)
  if (assertionResults.length === 0) return status === 'failed' ? [`${file}: ${firstLine(message)}`] : []
  return assertionResults
    .filter((test) => test.status === 'failed')
    .map(({ fullName, failureMessages: [text = ''] }) => `${file}: ${fullName}: ${firstLine(text)}`)
}

function firstLine(/** @type {string} */ text) {
  return text.split('\n', 1)[0]
}
