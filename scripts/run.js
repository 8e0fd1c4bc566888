import { spawnSync } from 'node:child_process'
import { delimiter, dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

const PROGRAMS = fileURLToPath(new URL('../node_modules/.bin', import.meta.url))

/**
 * Runs a program of this project's dependencies, or one of the PATH.
 *
 * @param {readonly string[]} command
 * @param {object} [options]
 * @param {string} [options.node] The path of the Node that runs it. Default: the one that runs this.
 * @param {Readonly<Record<string, string>>} [options.env] What is added to its environment.
 * @returns {boolean} whether it succeeded
 */
export function run([program = '', ...args], { node = process.execPath, env } = {}) {
  const PATH = [PROGRAMS, dirname(node), process.env.PATH].join(delimiter)
  // On Windows the programs of packages are files for its shell.
  const isWindows = process.platform === 'win32'
  const { status, error } = spawnSync(program, isWindows ? args.map((arg) => `"${arg}"`) : args, {
    stdio: 'inherit',
    shell: isWindows,
    env: { ...process.env, ...env, PATH },
  })
  if (error) console.error(error.message)
  return status === 0
}
