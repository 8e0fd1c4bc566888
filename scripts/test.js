import { run } from './run.js'
import { conclude, ENGINES, runOnNewestNode, runSuites } from './suites.js'

// The check of every day, in the order of its cost, and what options add: npm test [-- [--page] [--peers] [--engines] [--packages] [--thorough] [--newest-node]]

/** @type {ReadonlyArray<readonly [name: string, ...command: string[]]>} */
const CHECKS = [
  ['format and lint', 'biome', 'ci', '.'],
  ['types of the portable core', 'tsc', '-p', 'tsconfig.core.json'],
  ['types of everything', 'tsc', '-p', 'tsconfig.json'],
  ['unused files, exports and packages', 'knip'],
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
/** What runs only if it is asked for: it takes long, or needs programs of other people. */
const OPTIONS = {
  '--page': 'the page of demo/, in Chromium',
  '--engines': 'the browser suites and the page in Firefox and WebKit',
  '--peers': 'comparisons with docker, skopeo, curl and Go programs, and pages at real registries',
  '--packages': 'bundlers, frameworks, runtimes and the examples, each with the packed package',
  '--thorough': 'five times as many random cases, and the time that each regular expression takes',
  '--newest-node': 'the suite of Node on the newest Node',
}

// What is built is packed as it is.
const env = { npm_config_ignore_scripts: 'true' }

const failed = []
for (const [name, ...command] of CHECKS) {
  console.log(`\n— ${name}`)
  if (!run(command, { env })) failed.push(name)
}

const asks = (/** @type {string} */ option) => process.argv.includes(option)
const projects = [
  'node',
  ...(asks('--page') ? ['page'] : []),
  ...(asks('--engines') ? ENGINES : ENGINES.slice(0, 1)),
  ...(asks('--peers') ? ['peers', 'peers-page'] : []),
  ...(asks('--packages') ? ['packages'] : []),
]
const counts = [runSuites(projects, { isThorough: asks('--thorough') })]
if (asks('--newest-node')) counts.push(runOnNewestNode())

const left = Object.entries(OPTIONS).filter(([option]) => !asks(option))
if (left.length > 0) console.log(`\nNot run:\n${left.map(([option, what]) => `- ${what} (${option})`).join('\n')}`)
if (failed.length > 0) console.log(`\nFailed: ${failed.join(', ')}`)
conclude({ passed: CHECKS.length - failed.length, failed: failed.length, skipped: 0 }, ...counts)
