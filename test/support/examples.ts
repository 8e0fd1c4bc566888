import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { vi } from 'vitest'

/** An example of a document or a docstring. */
export interface Example {
  readonly name: string
  readonly code: string
}

/** Examples as files that compile and run. */
export interface ExampleFiles {
  /** @throws {Error} if the compiler finds a fault */
  compile(): void
  /** Runs an example. @returns the arguments of each `console.log` */
  run(example: Example): Promise<unknown[][]>
  remove(): void
}

/**
 * Makes a folder for examples beside the package's own package.json, so that they find the package by its name. In it is
 * `dist`, an app for an image.
 */
export function makeExampleFolder(name: string): string {
  const folder = resolve('.cache', name)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(join(folder, 'dist'), { recursive: true })
  writeFileSync(join(folder, 'dist', 'index.js'), 'console.log("hello")\n')
  // Nothing is kept in the user's own folders.
  vi.stubEnv('XDG_STATE_HOME', join(folder, 'state'))
  vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'))
  vi.stubEnv('DOCKER_CONFIG', join(folder, 'docker'))
  for (const name of ['REGISTRY_AUTH_FILE', 'DOCKER_AUTH_CONFIG']) vi.stubEnv(name, undefined)
  return folder
}

/**
 * Writes examples into a folder.
 *
 * @param replace Texts of the examples, such as the registry's address, with what replaces them.
 * @param globals Declarations of what the examples use but do not declare.
 */
export function writeExamples(
  folder: string,
  examples: readonly Example[],
  replace: Readonly<Record<string, string>>,
  globals = '',
): ExampleFiles {
  const fileOf = (example: Example) => join(folder, `${example.name}.ts`)
  for (const example of examples) {
    const code = Object.entries(replace).reduce((code, [from, to]) => code.replaceAll(from, to), example.code)
    writeFileSync(fileOf(example), code)
  }
  writeFileSync(join(folder, 'globals.d.ts'), globals)
  // An example may end with what it makes.
  const compilerOptions = { noUnusedLocals: false }
  const options = { extends: '../../tsconfig.json', compilerOptions, include: ['*.ts'] }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(options))
  return {
    compile() {
      try {
        execFileSync('node_modules/.bin/tsc', ['-p', folder], { stdio: 'pipe', encoding: 'utf8' })
      } catch (error) {
        throw new Error(`The examples do not compile:\n${(error as { stdout?: string }).stdout}`)
      }
    },
    async run(example) {
      const said = vi.spyOn(console, 'log').mockImplementation(() => {})
      const before = process.cwd()
      // Some examples write files.
      process.chdir(folder)
      try {
        await import(fileOf(example))
        return [...said.mock.calls]
      } finally {
        process.chdir(before)
        said.mockRestore()
      }
    },
    remove() {
      vi.unstubAllEnvs()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
