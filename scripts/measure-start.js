import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createTestArchive } from 'registry-api-v2-client/testing'

// How long the command takes to start, and a push from its import to its first request, against `node -e 0`, in paired runs:
// npm run measure:start

const COMMAND = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))
const ENTRY = new URL('../dist/node/index.js', import.meta.url).href
const ROUNDS = 30

const folder = mkdtempSync(join(tmpdir(), 'measure-start-'))
const [archive, program] = [join(folder, 'image.tar'), join(folder, 'push.mjs')]
writeFileSync(archive, await createTestArchive({ images: [{ names: ['team/app:v1'], layers: [{ file: 'content' }] }] }))
// The first request ends it. The runtime's own `fetch` is replaced, and a request is made as ever.
writeFileSync(
  program,
  `import { pushDockerTar } from ${JSON.stringify(ENTRY)}
globalThis.fetch = () => process.exit(0)
await pushDockerTar(${JSON.stringify(archive)}, 'http://127.0.0.1:1', 'team/app', 'v1')
process.exit(1)
`,
)

const CASES = [
  ...[['--version'], ['--help'], ['push', '--help']].map((args) => ({
    name: `registry-client ${args.join(' ')}`,
    args: [COMMAND, ...args],
  })),
  { name: 'a push, to its first request', args: [program] },
]

/** @param {readonly string[]} args */
function run(args) {
  const begin = performance.now()
  const { status } = spawnSync(process.execPath, args, { stdio: 'ignore' })
  if (status !== 0) throw new Error(`Cannot measure: node ${args.join(' ')} ended with ${status}.`)
  return performance.now() - begin
}

/** @param {readonly number[]} values */
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

try {
  for (const { name, args } of CASES) {
    const pairs = Array.from({ length: ROUNDS }, () => ({ node: run(['-e', '0']), program: run(args) }))
    const factor = median(pairs.map(({ node, program }) => program / node))
    const [node, taken] = [median(pairs.map(({ node }) => node)), median(pairs.map(({ program }) => program))]
    console.log(`${name}: ${taken.toFixed(0)} ms, node -e 0: ${node.toFixed(0)} ms, median factor ${factor.toFixed(2)}`)
  }
} finally {
  rmSync(folder, { recursive: true })
}
