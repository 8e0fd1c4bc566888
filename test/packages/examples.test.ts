import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'

const EXAMPLES = readdirSync('examples', { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
const { version } = JSON.parse(readFileSync('package.json', 'utf8'))

/** What people leave in an example when they try it. */
const LEFT = ['node_modules/vite/index.js', 'dist/index.js', 'package-lock.json', 'exported.tar']

describe('examples/', () => {
  it.each(EXAMPLES)('%s is listed, and is one of the package', (name) => {
    expect(readFileSync('examples/README.md', 'utf8')).toContain(`](${name}/README.md)`)
    if (name === 'ci') return
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join('examples', name, 'package.json'), 'utf8'))
    const { 'registry-api-v2-client': own, ...others } = dependencies
    expect(own).toBe(`^${version}`)
    for (const other of Object.values({ ...others, ...devDependencies })) expect(other).toMatch(/^\d+\.\d+\.\d+$/)
  })

  it.each(['', ...EXAMPLES])('the links of %s/README.md lead to files', (name) => {
    const readme = join('examples', name, 'README.md')
    const links = [...readFileSync(readme, 'utf8').matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)]
    for (const [, link = ''] of links) expect(existsSync(join(dirname(readme), link)), `${readme}: ${link}`).toBe(true)
  })

  it.each(['react', 'vue'])('%s/README.md shows usePush() as it is', (name) => {
    const [, shown = 'nothing'] =
      /```ts\n(.*?)```/s.exec(readFileSync(join('examples', name, 'README.md'), 'utf8')) ?? []
    expect(readFileSync(join('examples', name, 'src/usePush.ts'), 'utf8')).toContain(shown)
  })

  it('is packed without what people install and build in it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'packed-examples-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    cpSync('package.json', join(folder, 'package.json'))
    cpSync('examples', join(folder, 'examples'), { recursive: true })
    for (const path of LEFT.map((path) => join(folder, 'examples/page', path))) {
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, '')
    }
    const options = ['--dry-run', '--json', '--ignore-scripts']
    const { stdout } = await promisify(execFile)('npm', ['pack', ...options], { cwd: folder })
    const [{ files }] = JSON.parse(stdout) as [{ files: ReadonlyArray<{ path: string }> }]
    const packed = files.map(({ path }) => path).filter((path) => path.startsWith('examples/page/'))
    expect(packed.sort()).toEqual(
      ['README.md', 'index.html', 'main.js', 'package.json'].map((name) => `examples/page/${name}`),
    )
  })
})
