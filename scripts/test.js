import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bringChromium } from './find/chromium.js'

// The whole check, in the order of its cost: npm test [-- --peers]

const withPeers = process.argv.includes('--peers')
const folder = mkdtempSync(join(tmpdir(), 'check-'))
const report = join(folder, 'report.json')
const projects = ['node', 'browser', ...(withPeers ? ['peers'] : [])]

/** @type {ReadonlyArray<readonly [name: string, command: string, ...args: string[]]>} */
const CHECKS = [
  ['format and lint', 'biome', 'ci', '.'],
  ['types of the portable core', 'tsc', '-p', 'tsconfig.core.json'],
  ['types of everything', 'tsc', '-p', 'tsconfig.json'],
  ['build', 'npm', 'run', '--silent', 'build'],
  ['package', 'publint', '--strict'],
  ['types of the package', 'attw', '--pack', '--profile', 'esm-only', '.'],
]

const failed = []
for (const [name, ...command] of CHECKS) {
  console.log(`\n— ${name}`)
  if (!run(command)) failed.push(name)
}

console.log('\n— tests')
console.log(`Chromium: ${bringChromium()}`)
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
const testsPassed = run(['vitest', 'run', ...projects.map((name) => `--project=${name}`), ...reporters])
const counts = readCounts()
rmSync(folder, { recursive: true })

const passedChecks = CHECKS.length - failed.length
if (failed.length > 0) console.log(`\nFailed: ${failed.join(', ')}`)
console.log(
  `\n${passedChecks + counts.passed} passed, ${failed.length + counts.failed} failed, ${counts.skipped} skipped`,
)
process.exitCode = failed.length === 0 && testsPassed ? 0 : 1

/** @param {readonly string[]} command */
function run([program = '', ...args]) {
  const { status } = spawnSync('npx', ['--no-install', program, ...args], { stdio: 'inherit' })
  return status === 0
}

/** What the tests came to; a run that broke off counts as one failure. */
function readCounts() {
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
      failed: failures || (testsPassed ? 0 : 1),
      skipped: numPendingTests + numTodoTests,
    }
  } catch {
    // No report: vitest did not get as far as its tests.
    return { passed: 0, failed: 1, skipped: 0 }
  }
}
