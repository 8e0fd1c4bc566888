import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'

/** A clone whose devDependencies are not installed. */
const clone = mkdtempSync(join(tmpdir(), 'build-'))
for (const name of ['build.js', 'run.js']) cpSync(join('scripts', name), join(clone, 'scripts', name))
cpSync('package.json', join(clone, 'package.json'))
afterAll(() => rmSync(clone, { recursive: true }))

function build(...parameters: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(clone, 'scripts/build.js'), ...parameters], {
    encoding: 'utf8',
    env: { PATH: '' },
  })
  return { status, said: stdout + stderr }
}

describe('scripts/build.js without devDependencies', () => {
  it('does not fail as "postprepare", and says what is not done', () => {
    expect(build('--if-possible')).toEqual({ status: 0, said: expect.stringMatching(/is not built: .*--include=dev/) })
  })

  it('fails as "build", and says what is missing', () => {
    expect(build()).toEqual({ status: 1, said: expect.stringMatching(/vite.*ENOENT/) })
  })
})
