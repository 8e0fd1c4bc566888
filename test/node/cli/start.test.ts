import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { COMMAND, runCommand } from '../../support/command.ts'

const PRELOADED = fileURLToPath(new URL('../../support/loaded-modules.cjs', import.meta.url))
/** Modules of Node that take long to load, and mean that more than the definitions of the commands is loaded. */
const HEAVY = ['child_process', 'http', 'https', 'tls', 'crypto', 'zlib', 'readline', 'worker_threads']

// The time is measured by `npm run measure:start`: a test of it would fail on busy machines.
describe('the start of registry-client', () => {
  it.each([['--version'], ['--help'], ['push', '--help']])('loads only the definitions for %s %s', async (...args) => {
    const { code, stderr } = await runCommand(args.filter(Boolean), { env: { NODE_OPTIONS: `--require=${PRELOADED}` } })
    expect(code).toBe(0)
    const loaded: string[] = JSON.parse(stderr)
    expect(loaded.filter((name) => HEAVY.some((heavy) => name === `NativeModule ${heavy}`))).toEqual([])
  })

  it('is one file', () => {
    const imports = readFileSync(COMMAND, 'utf8').match(/^import .*$/gm)
    expect(imports?.filter((line) => !/"node:module"|rolldown-runtime/.test(line))).toEqual([])
  })
})
