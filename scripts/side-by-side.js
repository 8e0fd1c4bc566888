import { run } from './run.js'

// Writes docs/cli-compared.md again: npm run side-by-side

const command = ['vitest', 'run', '--project', 'peers', 'test/peers/side-by-side.test.ts']
process.exitCode = run(command, { env: { SIDE_BY_SIDE: 'write' } }) ? 0 : 1
