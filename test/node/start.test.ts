import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const PRELOADED = fileURLToPath(new URL('../support/loaded-modules.cjs', import.meta.url))
const ENTRY = new URL('../../dist/node/index.js', import.meta.url)

// The time is measured by `npm run measure:start`: a test of it would fail on busy machines.
it('the entry ./node loads nothing that starts programs before a credential helper is asked', async () => {
  const program = `await import(${JSON.stringify(ENTRY)})`
  const { stderr } = await promisify(execFile)(process.execPath, [
    ...['--require', PRELOADED, '--input-type=module', '--eval', program],
  ])
  const loaded: string[] = JSON.parse(stderr)
  expect(loaded).toContain('NativeModule crypto')
  expect(loaded).not.toContain('NativeModule child_process')
})
