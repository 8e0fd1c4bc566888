import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { run } from './run.js'

// The fuzz tests, longer and with other cases than in the check: npm run fuzz [-- --runs 200000] [--seed 1]

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
  },
})
for (const [name, value] of Object.entries(values)) {
  if (!/^[0-9]{1,10}$/.test(value)) throw new RangeError(`--${name} has to be a whole number, not ${value}`)
}
console.log(`${values.runs} runs by the seed ${values.seed}`)

const command = ['vitest', 'run', '--project=node', 'fuzz.test.ts', '--reporter=verbose']
process.exitCode = run(command, { env: { FUZZ_RUNS: values.runs ?? '', FUZZ_SEED: values.seed ?? '' } }) ? 0 : 1
