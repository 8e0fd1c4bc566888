import { run } from './run.js'
import { conclude, ENGINES, runOnNewestNode, runSuites } from './suites.js'

// The whole check, in the order of its cost: npm test [-- [--peers] [--engines] [--newest-node]]

/** @type {ReadonlyArray<readonly [name: string, ...command: string[]]>} */
const CHECKS = [
  ['format and lint', 'biome', 'ci', '.'],
  ['types of the portable core', 'tsc', '-p', 'tsconfig.core.json'],
  ['types of everything', 'tsc', '-p', 'tsconfig.json'],
  ['build', 'node', 'scripts/build.js'],
  ['package', 'publint', '--strict'],
  [
    'types of the package',
    'attw',
    '--pack',
    '--profile=esm-only',
    '--format=table-flipped',
    '--no-emoji',
    '--no-summary',
  ],
]
// What is built is packed as it is.
const env = { npm_config_ignore_scripts: 'true' }

const failed = []
for (const [name, ...command] of CHECKS) {
  console.log(`\n— ${name}`)
  if (!run(command, { env })) failed.push(name)
}

const asks = (/** @type {string} */ option) => process.argv.includes(option)
const engines = asks('--engines') ? ENGINES : ENGINES.slice(0, 1)
const peers = asks('--peers') ? ['peers', 'peers-page'] : []
const counts = [runSuites(['node', 'page', ...engines, ...peers])]
if (asks('--newest-node')) counts.push(runOnNewestNode())

if (failed.length > 0) console.log(`\nFailed: ${failed.join(', ')}`)
conclude({ passed: CHECKS.length - failed.length, failed: failed.length, skipped: 0 }, ...counts)
