import { spawn } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'

// The last line of `npm test` is what people and CI read: it has to count all that fails.

const PROGRAM = `
import { conclude, runSuites } from ${JSON.stringify(pathToFileURL(resolve('scripts/suites.js')).href)}
conclude(runSuites(['tiny']))
`
const CONFIG = `export default { test: { pool: 'threads', projects: [{ test: { name: 'tiny', include: ['*.test.js'] } }] } }`
const PASSING = `import { it } from 'vitest'\nit('passes', () => {})`

const top = resolve('.cache/check-counts')
rmSync(top, { recursive: true, force: true })
afterAll(() => rmSync(top, { recursive: true, force: true }))

let count = 0

/** Runs the check of a suite of these files, in a folder of its own. */
async function check(files: Readonly<Record<string, string>>) {
  const folder = join(top, String(++count))
  mkdirSync(folder, { recursive: true })
  for (const [name, text] of Object.entries({ 'vite.config.js': CONFIG, ...files })) {
    writeFileSync(join(folder, name), text)
  }
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST')))
  const child = spawn(process.execPath, ['--input-type=module', '--eval', PROGRAM], { cwd: folder, env })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text))
  const code = await new Promise((done) => child.once('close', done))
  const lines = output.trimEnd().split('\n')
  const failures = lines.slice(lines.indexOf('Failed tests:')).filter((line) => line.startsWith('- '))
  return { code, lastLine: lines.at(-1), failures }
}

describe.concurrent('the check', () => {
  it('ends with 0 when all tests pass', async () => {
    const more = `it.skip('is skipped', () => {})\nit.todo('is to be written')`
    const outcome = await check({ 'a.test.js': `${PASSING}\n${more}` })
    expect(outcome).toEqual({ code: 0, lastLine: '1 passed, 0 failed, 2 skipped', failures: [] })
  })

  it('counts tests, hooks and files that fail, and names each', async () => {
    const outcome = await check({
      'file.test.js': `throw new Error('no such folder')`,
      'hooks.test.js': `
        import { afterAll, beforeAll, describe, it } from 'vitest'
        describe('a registry', () => {
          beforeAll(() => { throw new Error('no answer') })
          it('is skipped', () => {})
        })
        it('passes', () => {})
        afterAll(() => { throw new Error('not stopped') })`,
      'tests.test.js': `${PASSING}\nit('fails', () => { throw new Error('wrong\\nby one') })`,
    })
    expect({ ...outcome, failures: outcome.failures.toSorted() }).toEqual({
      code: 1,
      lastLine: '2 passed, 4 failed, 1 skipped',
      failures: [
        '- file.test.js: no such folder',
        '- hooks.test.js: a registry: no answer',
        '- hooks.test.js: not stopped',
        '- tests.test.js: fails: wrong',
      ],
    })
  })

  it('counts an error outside of all tests', async () => {
    const outcome = await check({ 'a.test.js': `${PASSING}\nPromise.reject(new Error('nobody waits'))` })
    expect(outcome).toEqual({
      code: 1,
      lastLine: '1 passed, 1 failed, 0 skipped',
      failures: ['- outside of all tests: nobody waits'],
    })
  })

  it('counts a run that does not get as far as its tests', async () => {
    const outcome = await check({ 'vite.config.js': `throw new Error('no config')`, 'a.test.js': PASSING })
    expect(outcome).toEqual({
      code: 1,
      lastLine: '0 passed, 1 failed, 0 skipped',
      failures: ['- vitest did not get as far as its tests: see above'],
    })
  })
})
