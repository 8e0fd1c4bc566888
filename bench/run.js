import { mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { CASES } from './cases/index.js'
import { writePage } from './report/page.js'
import { drawPlot } from './report/plot.js'
import { caseTable, targetsTable } from './report/table.js'
import { readResults, writeResults } from './results.js'

// How fast a push is, and what it takes: npm run bench [-- --case NAME …] [--rounds 5] [--scale 1]

const ROOT = fileURLToPath(new URL('..', import.meta.url))

const { values } = parseArgs({
  options: {
    case: { type: 'string', multiple: true },
    rounds: { type: 'string', default: '5' },
    scale: { type: 'string', default: '1' },
  },
})
const rounds = Number(values.rounds)
if (!(Number.isInteger(rounds) && rounds > 0))
  throw new RangeError(`--rounds has to be a whole number above 0, not ${values.rounds}`)
const scale = Number(values.scale)
if (!(scale > 0 && scale <= 1)) throw new RangeError(`--scale has to be above 0 and at most 1, not ${values.scale}`)

const named = values.case
const unknown = named?.find((name) => !CASES.some((one) => one.name === name))
if (unknown !== undefined) {
  throw new RangeError(`--case has to be one of ${CASES.map(({ name }) => name).join(', ')}, not ${unknown}`)
}
const chosen = CASES.filter(({ name, isOnlyNamed }) => (named ? named.includes(name) : !isOnlyNamed))

const folder = join(tmpdir(), 'registry-api-v2-client-bench')
mkdirSync(folder, { recursive: true })
// Figures of smaller archives are for trying things out: they do not go into the documents.
const isWhole = scale === 1
const paths = isWhole
  ? { results: join(ROOT, 'bench/results/latest.json'), page: join(ROOT, 'docs/benchmarks.md') }
  : { results: join(folder, `scale-${scale}/latest.json`), page: join(folder, `scale-${scale}/benchmarks.md`) }

let results = readResults(paths.results, scale)
for (const { name, title, run } of chosen) {
  console.log(`\n${name}: ${title}`)
  const result = await run({ folder, scale, rounds, say: (text) => console.log(`  ${text}`) })
  results = { ...results, cases: inOrder({ ...results.cases, [name]: result }) }
  // After each case, so that a run which breaks off has not been for nothing.
  writeResults(paths.results, results)
  console.log(`\n${caseTable(name, result)}`)
}

writeFileSync(join(dirname(paths.page), 'benchmarks.svg'), drawPlot(results))
writeFileSync(paths.page, writePage(results, 'benchmarks.svg'))
console.log(`\n${targetsTable(results)}`)
console.log(`\nWritten: ${paths.results}, ${paths.page} and its plot.`)

/**
 * In the order of the cases, whenever each was measured.
 *
 * @param {import('./results.js').Results['cases']} cases
 */
function inOrder(cases) {
  return Object.fromEntries(
    CASES.flatMap(({ name }) => {
      const result = cases[name]
      return result ? [[name, result]] : []
    }),
  )
}
