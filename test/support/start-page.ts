import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { inject } from 'vitest'
import { serveNpmRegistry } from './npm-registry.ts'

/** A file that a page shows, or commands that it tells to type. */
type Step =
  | { readonly kind: 'file'; readonly path: string; readonly text: string }
  | { readonly kind: 'commands'; readonly text: string; readonly isOtherTerminal: boolean }

/** A page of docs/start that somebody follows, from an empty folder on. */
export interface FollowedPage {
  /** Where its last command ran. */
  readonly folder: string
  /** What its commands printed, without those of the other terminal. */
  readonly printed: string
  /** From the first command to the last. */
  readonly seconds: number
  /** How many lines a user types in terminals. */
  readonly commands: number
  /** Runs more commands. Returns what they print. Rejects if they fail. */
  type(text: string): Promise<string>
  /** Ends the servers, and removes the folder. */
  close(): Promise<void>
}

export interface FollowOptions {
  /** What else is in the environment of the commands. */
  readonly env?: Readonly<Record<string, string>>
  /** What is replaced in the page. */
  readonly replace?: Readonly<Record<string, string>>
  /** Files that are in the folder before. */
  readonly files?: Readonly<Record<string, Uint8Array>>
}

/** What servers print once they answer. */
const IS_READY = /Press Ctrl-C|Local: /

/** Follows a page of docs/start up to its first heading: the first push. Packages come from a registry that has the packed one. */
export async function followPage(
  name: string,
  { env = {}, replace = {}, files = {} }: FollowOptions = {},
): Promise<FollowedPage> {
  const npm = await serveNpmRegistry(inject('packedPackage'))
  const root = mkdtempSync(join(tmpdir(), `start-${name}-`))
  for (const [path, bytes] of Object.entries(files)) writeFileSync(join(root, path), bytes)
  const running = new Set<ChildProcess>()
  const settings = { ...process.env, NODE_OPTIONS: '', NO_COLOR: '1', ...environmentFor(name, root, npm.url), ...env }
  let folder = root

  /** Runs commands until they end, or serve. Returns what they printed. */
  function type(text: string): Promise<string> {
    const child = spawn('sh', ['-ec', `${text}\necho "in $PWD"`], { cwd: folder, env: settings, detached: true })
    running.add(child)
    let printed = ''
    return new Promise((done, fail) => {
      const add = (bytes: Buffer) => {
        printed += bytes
        if (IS_READY.test(printed)) done(printed)
      }
      child.stdout.on('data', add)
      child.stderr.on('data', add)
      child.on('error', fail)
      child.on('close', (code) => {
        running.delete(child)
        if (code !== 0) fail(new Error(`${text}\nended with ${code}:\n${printed}`))
        const [, place = folder] = /^in (.*)\n$/m.exec(printed) ?? []
        folder = place
        done(printed.replace(/^in .*\n$/m, ''))
      })
    })
  }

  async function close() {
    await Promise.all([...running].map(endGroup))
    await npm.close()
    rmSync(root, { recursive: true, force: true })
  }

  const page = Object.entries(replace).reduce(
    (text, [from, to]) => text.replaceAll(from, to),
    readFileSync(`docs/start/${name}.md`, 'utf8'),
  )
  const steps = readSteps(page)
  const begun = performance.now()
  try {
    let printed = ''
    for (const step of steps) {
      if (step.kind === 'file') writeFileSync(join(folder, step.path), step.text)
      else if (step.isOtherTerminal) await type(step.text)
      else printed += await type(step.text)
    }
    const commands = steps.flatMap((step) => (step.kind === 'commands' ? step.text.trim().split('\n') : [])).length
    const seconds = (performance.now() - begun) / 1000
    return { folder, printed, seconds, commands, type, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Reads the blocks of a page, each with the paragraph before it. */
function readSteps(page: string): readonly Step[] {
  const [beginning = ''] = page.split('\n## ')
  const blocks = beginning.matchAll(/^([^\n]+)\n\n```(\w+)\n(.*?)^```$/gms)
  return [...blocks].map(([, paragraph = '', language, text = '']) => {
    if (language === 'sh') return { kind: 'commands', text, isOtherTerminal: /^In another terminal\b/.test(paragraph) }
    const [, path] = /^`([\w.]+)`/.exec(paragraph) ?? []
    if (path === undefined) throw new Error(`No file is named before:\n${text}`)
    return { kind: 'file', path, text }
  })
}

/** What npm, Deno and Bun load, and where they keep it. npm's packages are kept between runs. */
function environmentFor(name: string, root: string, npmRegistry: string): Record<string, string> {
  const cache = resolve('.cache/packages/npm', name)
  // npx would run the package of an earlier run.
  rmSync(join(cache, '_npx'), { recursive: true, force: true })
  const global = join(root, '.global')
  mkdirSync(global)
  return {
    PATH: [join(global, 'bin'), resolve('node_modules/.bin'), dirname(process.execPath), process.env.PATH].join(
      delimiter,
    ),
    npm_config_registry: npmRegistry,
    npm_config_cache: cache,
    npm_config_prefix: global,
    NPM_CONFIG_REGISTRY: npmRegistry,
    DENO_DIR: join(root, '.deno'),
    BUN_INSTALL_CACHE_DIR: join(root, '.bun'),
    DOCKER_CONFIG: join(root, '.docker'),
  }
}

/** Ends a shell and all that it started. */
function endGroup(child: ChildProcess): Promise<void> {
  return new Promise((done) => {
    child.on('close', () => done())
    process.kill(-(child.pid as number), 'SIGTERM')
  })
}
