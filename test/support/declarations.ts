import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** A project that has the package installed, with its declaration files as they are published. */
export interface UserProject {
  readonly folder: string
  /** Where the package is installed. */
  readonly packageFolder: string
  /** Removes the project. */
  remove(): void
}

/** Makes a project with a `tsconfig.json` and some files. */
export function createUserProject(
  name: string,
  compilerOptions: object,
  files: Readonly<Record<string, string>>,
): UserProject {
  const folder = resolve('.cache', name)
  const packageFolder = join(folder, 'node_modules/registry-api-v2-client')
  const remove = () => rmSync(folder, { recursive: true, force: true })
  remove()
  mkdirSync(packageFolder, { recursive: true })
  cpSync('package.json', join(packageFolder, 'package.json'))
  runTsc('-p', 'tsconfig.build.json', '--outDir', join(packageFolder, 'dist'))
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }))
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }))
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text)
  return { folder, packageFolder, remove }
}

/** Runs the compiler. Throws what it says if it finds something. */
export function runTsc(...parameters: string[]): void {
  try {
    execFileSync('node_modules/.bin/tsc', parameters, { stdio: 'pipe', encoding: 'utf8' })
  } catch (error) {
    throw new Error(`tsc ${parameters.join(' ')}\n${(error as { stdout?: string }).stdout}`)
  }
}
