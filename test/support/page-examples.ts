import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Page } from 'playwright'
import type { TestRegistry } from '../../src/testing/index.ts'
import { openDemoBrowser } from './demo-browser.ts'
import { withBasic } from './protected-registry.ts'
import { serveForPages } from './serve-for-pages.ts'

const FOLDER = resolve('.cache/page-examples')
const ELEMENTS = `<input type="file"><progress></progress><button>Button</button><button id="save">Save</button>
  <button id="cancel">Cancel</button><p role="status"></p><pre></pre>
  <form><input name="username"><input name="password"><button>Sign in</button></form>`

const documents = [
  'README.md',
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' }).map((name) => `docs/${name}`),
]

/** The examples of README.md and docs/ for pages, by document and number. Those that talk to a Worker are left out. */
export const pageExamples: ReadonlyMap<string, string> = new Map(
  documents
    .filter((name) => name.endsWith('.md'))
    .flatMap((document) =>
      [...readFileSync(document, 'utf8').matchAll(/```ts\n(.*?)```/gs)]
        .map(([, code = '']) => code)
        .filter((code) => code.includes('document.querySelector') && !code.includes('postMessage'))
        .map((code, index) => [`${document} ${index}`, code] as const),
    ),
)

/** The repository that an example uses. */
export const repositoryOf = (name: string) => name.toLowerCase().replaceAll(/\W+/g, '-')

/** A Chromium with a page in which examples run, and a registry behind them. */
export async function openPageExamples(embedded: TestRegistry, archive: Uint8Array, user: string, password: string) {
  let released = Promise.resolve()
  const open = await serveForPages(async (request) => {
    if (!['GET', 'HEAD'].includes(request.method)) await released
    return embedded.fetch(request)
  })
  const guarded = await serveForPages(withBasic(embedded, user, password))
  const fileOf = (name: string) => `${repositoryOf(name)}.ts`
  rmSync(FOLDER, { recursive: true, force: true })
  mkdirSync(FOLDER, { recursive: true })
  const write = (name: string, content: string | Uint8Array) => writeFileSync(join(FOLDER, name), content)
  for (const [name, code] of pageExamples) {
    const address = code.includes('credentials') ? guarded.url : open.url
    const adapted = code
      .replaceAll(/https:\/\/registry\.example\.com|http:\/\/localhost:15000/g, address)
      .replaceAll("new File([], 'exported.tar')", "await fetch('exported.tar')")
      .replaceAll("'team/app'", `'${repositoryOf(name)}'`)
    write(fileOf(name), adapted)
  }
  write('hash-worker.ts', "import 'registry-api-v2-client/hash-worker'\n")
  write('exported.tar', archive)
  const head = '<!doctype html><title>A page</title><link rel="icon" href="data:,">'
  write('index.html', head + ELEMENTS)
  for (const { url } of [open, guarded])
    write(`${new URL(url).port}.html`, `${head}<registry-push registry="${url}"></registry-push>`)
  const entry = (name: string, file: string) => ({ find: `registry-api-v2-client${name}`, replacement: resolve(file) })
  const browser = await openDemoBrowser({
    configFile: false,
    root: FOLDER,
    cacheDir: join(FOLDER, 'vite'),
    define: { PACKAGE_VERSION: '"0"' },
    resolve: {
      alias: [
        entry('/element', 'src/element/index.ts'),
        entry('/hash-worker', 'src/hash/worker.ts'),
        entry('', 'src/index.ts'),
      ],
    },
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    optimizeDeps: { entries: ['*.ts'] },
    worker: { format: 'es' },
  })
  return {
    context: browser.context,
    /** Opens the page of an example: that of its element, or one with what its code looks for. */
    async openFor(page: Page, name: string): Promise<void> {
      const code = pageExamples.get(name) ?? ''
      const { port } = new URL(code.includes('credentials') ? guarded.url : open.url)
      const html = code.includes('registry-push') ? `${port}.html` : 'index.html'
      await page.goto(new URL(html, browser.urlFor('')).href)
    },
    async run(page: Page, name: string): Promise<void> {
      await page.addScriptTag({ type: 'module', url: fileOf(name) })
    },
    /** Lets the registry wait with uploads. @returns lets them go on */
    holdUploads(): () => void {
      let release = () => {}
      released = new Promise((resolve) => {
        release = resolve
      })
      return release
    },
    async close(): Promise<void> {
      await browser.close()
      await open.close()
      await guarded.close()
      rmSync(FOLDER, { recursive: true, force: true })
    },
  }
}
