import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

// How long the command takes to start, against `node -e 0`, in paired runs: npm run measure:start

const COMMAND = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))
const CASES = [['--version'], ['--help'], ['push', '--help']]
const ROUNDS = 30

/** @param {readonly string[]} args */
function run(args) {
  const begin = performance.now()
  spawnSync(process.execPath, args, { stdio: 'ignore' })
  return performance.now() - begin
}

/** @param {readonly number[]} values */
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

for (const args of CASES) {
  const pairs = Array.from({ length: ROUNDS }, () => ({ node: run(['-e', '0']), command: run([COMMAND, ...args]) }))
  const factor = median(pairs.map(({ node, command }) => command / node))
  const [node, command] = [median(pairs.map(({ node }) => node)), median(pairs.map(({ command }) => command))]
  console.log(
    `${args.join(' ')}: ${command.toFixed(0)} ms, node -e 0: ${node.toFixed(0)} ms, median factor ${factor.toFixed(2)}`,
  )
}
