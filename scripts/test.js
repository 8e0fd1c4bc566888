import { conclude, ENGINES, run, runSuites } from './suites.js'

// The whole check, in the order of its cost: npm test [-- [--peers] [--engines]]

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

const engines = process.argv.includes('--engines') ? ENGINES : ENGINES.slice(0, 1)
const peers = process.argv.includes('--peers') ? ['peers', 'peers-page'] : []
const counts = runSuites(['node', ...engines, ...peers])

if (failed.length > 0) console.log(`\nFailed: ${failed.join(', ')}`)
conclude({
  passed: CHECKS.length - failed.length + counts.passed,
  failed: failed.length + counts.failed,
  skipped: counts.skipped,
})
