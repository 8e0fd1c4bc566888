import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'

// The files of the built package: scripts/chunks.js decides what shares one.

const AT_ONCE = /^(?:import|export)\s(?:[^'"]*?from\s*)?["']([^'"]+)["']/gm
const LATER = /import\(\s*["']([^'"]+)["']/g

/** Lists a file of the package and all that it imports, in these ways, as paths and names. */
function listFiles(entry: string, ...ways: readonly RegExp[]): ReadonlySet<string> {
  const found = new Set([join('dist', entry)])
  for (const path of found) {
    if (!path.startsWith('dist')) continue
    const code = readFileSync(path, 'utf8')
    for (const way of ways) {
      for (const [, name = ''] of code.matchAll(way)) found.add(name.startsWith('.') ? join(dirname(path), name) : name)
    }
  }
  return found
}

const isOwn = (path: string) => path.startsWith('dist')

describe('the files of the package', () => {
  it.each(['index.js', 'element.js', 'element-worker.js', 'hash-worker.js', 'testing/index.js'])(
    'need nothing of Node in %s, nor later',
    (entry) => {
      const files = [...listFiles(entry, AT_ONCE, LATER)]
      expect(files.filter((name) => name.startsWith('node:'))).toEqual([])
      expect(files.filter(isOwn).length).toBeGreaterThan(1)
    },
  )

  it.each([
    ['node/index.js', 8],
    ['index.js', 6],
  ])('are few at the start of %s', (entry, count) => {
    const files = [...listFiles(entry, AT_ONCE)]
    expect(files.filter(isOwn)).toHaveLength(count)
  })

  it.each(['element.js', 'element-worker.js', 'hash-worker.js'])(
    'that act have their code in %s, which bundlers keep',
    (entry) => {
      const { sideEffects } = JSON.parse(readFileSync('package.json', 'utf8'))
      expect(sideEffects).toContain(`./dist/${entry}`)
      // A file that is imported for what it does, and is not listed, is left out.
      expect(readFileSync(join('dist', entry), 'utf8')).not.toMatch(/^import ["']\./m)
    },
  )
})
