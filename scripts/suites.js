import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bringChromium } from './find/chromium.js'
import { bringEngines } from './find/engines.js'

/**
 * What checks came to.
 *
 * @typedef {object} Counts
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 */

/** The browser suites in all engines, as vitest's projects are called. The first is Chromium's. */
export const ENGINES = ['browser', 'firefox', 'webkit']

/**
 * Runs a program of this project's.
 *
 * @param {readonly string[]} command
 * @returns {boolean} whether it succeeded
 */
export function run([program = '', ...args]) {
  const { status } = spawnSync('npx', ['--no-install', program, ...args], { stdio: 'inherit' })
  return status === 0
}

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
  const folder = mkdtempSync(join(tmpdir(), 'check-'))
  const report = join(folder, 'report.json')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const isPassed = run(['vitest', 'run', ...projects.map((name) => `--project=${name}`), ...reporters])
  const counts = readCounts(report, isPassed)
  rmSync(folder, { recursive: true })
  return counts
}

/**
 * Says what all came to in one line, and lets the process end accordingly.
 *
 * @param {Counts} counts
 */
export function conclude({ passed, failed, skipped }) {
  console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`)
  process.exitCode = failed === 0 ? 0 : 1
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
