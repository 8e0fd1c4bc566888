import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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
 * Says what all came to in one line, and lets the process end accordingly.
 *
 * @param {...Counts} counts
 */
export function conclude(...counts) {
  const sum = (/** @type {keyof Counts} */ kind) => counts.reduce((total, part) => total + part[kind], 0)
  console.log(`\n${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`)
  process.exitCode = sum('failed') === 0 ? 0 : 1
}

/**
 * What the tests came to; a run that broke off counts as one failure.
 *
 * @param {string} report
 * @param {boolean} isPassed
 * @returns {Counts}
 */
function readCounts(report, isPassed) {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
      readFileSync(report, 'utf8'),
    )
    // A file that cannot even be loaded has no tests to fail.
    const broken = testResults.filter(
      (/** @type {{ status: string, assertionResults: unknown[] }} */ { status, assertionResults }) =>
        status === 'failed' && assertionResults.length === 0,
    )
    const failures = numFailedTests + broken.length
    return {
      passed: numPassedTests,
      failed: failures || (isPassed ? 0 : 1),
      skipped: numPendingTests + numTodoTests,
    }
  } catch {
    // No report: vitest did not get as far as its tests.
    return { passed: 0, failed: 1, skipped: 0 }
  }
}
