import { writeFileSync } from 'node:fs'
import { relative } from 'node:path'

/** @import { Reporter, TestCase, TestModule, TestSuite } from 'vitest/node' */
/** @import { Counts } from './suites.js' */

/** The variable of the environment that names the file to write. */
export const COUNTS_FILE = 'CHECK_COUNTS_FILE'

/**
 * A reporter of vitest that writes what tests came to, as JSON. vitest counts only tests: those of a hook that fails are skipped, and those of a
 * file that cannot be loaded are unknown. Here each of these is a failure, and so is an error outside of all tests.
 *
 * @implements {Reporter}
 */
export default class CountsReporter {
  /** @type {NonNullable<Reporter['onTestRunEnd']>} */
  onTestRunEnd(modules, strayErrors) {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const count = (/** @type {string} */ state) => tests.filter((test) => test.result().state === state).length
    // Node tells a rejection twice where it ends the program.
    const strayFailures = new Set(strayErrors.map(({ message }) => `outside of all tests: ${firstLine(message)}`))
    const failures = [...modules.flatMap(listFailures), ...strayFailures]
    /** @type {Counts} */
    const counts = {
      passed: count('passed'),
      failed: failures.length,
      skipped: count('skipped') + count('pending'),
      failures,
    }
    writeFileSync(process.env[COUNTS_FILE] ?? '', JSON.stringify(counts))
  }
}

/**
 * Lists the failures of a file: its own, those of hooks, and those of tests.
 *
 * @param {TestModule} module
 */
function listFailures(module) {
  const file = relative(process.cwd(), module.moduleId)
  const name = (/** @type {TestCase | TestSuite} */ { fullName }) => `${file}: ${fullName}`
  return [
    ...module.errors().map(({ message }) => `${file}: ${firstLine(message)}`),
    ...[...module.children.allSuites()].flatMap((suite) =>
      suite.errors().map(({ message }) => `${name(suite)}: ${firstLine(message)}`),
    ),
    ...[...module.children.allTests('failed')].map(
      (test) => `${name(test)}: ${firstLine(test.result().errors?.[0]?.message ?? '')}`,
    ),
  ]
}

function firstLine(/** @type {string} */ text) {
  return text.split('\n', 1)[0]
}
