import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { inject } from 'vitest'

/** A project of a user, with the packed package and other packages installed. */
export interface InstalledProject {
  readonly folder: string
  /**
   * Runs a program of the project's packages, or of the `PATH`.
   *
   * @throws if it exits with another code than 0; the message has what it printed.
   */
  run(program: string, args?: readonly string[], env?: Readonly<Record<string, string>>): Promise<Output>
}

interface Output {
  readonly stdout: string
  readonly stderr: string
}

interface ProjectSettings {
  /** A folder whose files are copied. */
  readonly from?: string
  /** More files, by their path in the project. */
  readonly files?: Readonly<Record<string, string>>
  /** Packages, with exact versions, beyond those in the `package.json` of `from`. */
  readonly dependencies?: Readonly<Record<string, string>>
}

const NPM_OPTIONS = ['--no-audit', '--no-fund', '--no-package-lock', '--prefer-offline']

/**
 * Makes a project in `.cache/packages`, which keeps its packages between runs: npm runs only after a change of the
 * package or of the dependencies.
 */
export async function installProject(name: string, settings: ProjectSettings = {}): Promise<InstalledProject> {
  const folder = resolve('.cache/packages', name)
  empty(folder)
  // Bundlers would use the nearest tsconfig.json above it, which leads to src/.
  writeFileSync(join(folder, 'tsconfig.json'), '{}')
  const { from, files = {} } = settings
  if (from !== undefined) cpSync(from, folder, { recursive: true, filter: (path) => !path.endsWith('node_modules') })
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const run: InstalledProject['run'] = (program, args = [], env = {}) => runIn(folder, program, args, env)
  await install(folder, settings.dependencies ?? {}, run)
  return { folder, run }
}

/** Removes all but the installed packages. */
function empty(folder: string): void {
  mkdirSync(folder, { recursive: true })
  for (const name of readdirSync(folder)) {
    if (name !== 'node_modules') rmSync(join(folder, name), { recursive: true })
  }
}

async function install(folder: string, dependencies: Readonly<Record<string, string>>, run: InstalledProject['run']) {
  const path = join(folder, 'package.json')
  const own = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : { private: true, type: 'module' }
  const text = JSON.stringify({
    ...own,
    dependencies: { ...own.dependencies, ...dependencies, 'registry-api-v2-client': `file:${inject('packedPackage')}` },
  })
  writeFileSync(path, text)
  const installed = join(folder, 'node_modules', 'installed.json')
  if (existsSync(installed) && readFileSync(installed, 'utf8') === text) return
  rmSync(dirname(installed), { recursive: true, force: true })
  await run('npm', ['install', ...NPM_OPTIONS])
  writeFileSync(installed, text)
}

function runIn(folder: string, program: string, args: readonly string[], env: Readonly<Record<string, string>>) {
  const PATH = `${join(folder, 'node_modules/.bin')}:${process.env.PATH}`
  const options = { cwd: folder, env: { ...process.env, NODE_OPTIONS: '', PATH, ...env }, maxBuffer: 2 ** 26 }
  return new Promise<Output>((done, fail) => {
    execFile(program, [...args], options, (error, stdout, stderr) => {
      if (error) fail(new Error(`${program} ${args.join(' ')}: ${error.message}\n${stdout}\n${stderr}`))
      else done({ stdout, stderr })
    })
  })
}
