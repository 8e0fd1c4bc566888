import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

interface Release {
  readonly tag?: string
  readonly heading?: string
  readonly lockFile?: string
  /** A file that is not committed. */
  readonly newFile?: string
}

/** Checks a release of version 1.2.3. */
function checkRelease({ tag = 'v1.2.3', heading = '## 1.2.3 (2030-01-31)', lockFile = '{}', newFile }: Release) {
  const folder = mkdtempSync(join(tmpdir(), 'release-'))
  try {
    writeFileSync(join(folder, 'package.json'), '{"version":"1.2.3"}')
    writeFileSync(join(folder, 'CHANGELOG.md'), `# Changelog\n\n${heading}\n\n- One.\n\n## 1.2.2 (2030-01-01)\n`)
    writeFileSync(join(folder, 'package-lock.json'), lockFile)
    const author = ['-c', 'user.name=a', '-c', 'user.email=a@example.com']
    for (const command of [['init'], ['add', '.'], [...author, 'commit', '--message', 'release']]) {
      expect(spawnSync('git', command, { cwd: folder }).status).toBe(0)
    }
    if (newFile !== undefined) writeFileSync(join(folder, newFile), '')
    const options = { cwd: folder, encoding: 'utf8' } as const
    const { status, stderr } = spawnSync(process.execPath, [resolve('scripts/release-check.js'), tag], options)
    return { status, stderr }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

describe('release-check.js', () => {
  it('accepts a release whose tag, changelog and lock file are right, and committed', () => {
    expect(checkRelease({})).toEqual({ status: 0, stderr: '' })
  })

  it('refuses when a file is changed or not committed', () => {
    for (const newFile of ['notes.txt', 'package-lock.json']) {
      const { status, stderr } = checkRelease({ newFile })
      expect(status).toBe(1)
      expect(stderr).toMatch(/not committed/)
      expect(stderr).toContain(newFile)
    }
  })

  it.each<[string, Release, string]>([
    ['the tag is of another version', { tag: 'v1.2.4' }, 'package.json has version 1.2.3'],
    ['there is no tag', { tag: '' }, 'The tag is ""'],
    ['the changelog has no such version', { heading: '## 1.2.30 (2030-01-31)' }, 'no heading "## 1.2.3"'],
    ['the changelog calls it unreleased', { heading: '## 1.2.3 (unreleased)' }, 'put the date there'],
    [
      'the lock file has addresses',
      { lockFile: '{\n  "resolved": "https://packages.example/ky.tgz"\n}' },
      'package-lock.json has download addresses',
    ],
  ])('refuses when %s', (_, release, fault) => {
    const { status, stderr } = checkRelease(release)
    expect(status).toBe(1)
    expect(stderr).toContain(fault)
    expect(stderr.trim().split('\n')).toHaveLength(1)
  })
})
