import { cpSync, mkdirSync, readFileSync } from 'node:fs'
import { delimiter, dirname, join, resolve } from 'node:path'
import { type InstalledProject, installProject } from './installed-project.ts'

/** An example that is a program, copied and installed as a user does it. */
export interface ExampleProgram {
  readonly folder: string
  /** Runs the commands of its README that begin with a program. Returns what they print, and the exit code of the last. */
  run(
    program: string,
    replace?: Readonly<Record<string, string>>,
    env?: Readonly<Record<string, string>>,
  ): Promise<Ended>
  /** Runs a command of its packages. */
  readonly runTool: InstalledProject['run']
}

interface Ended {
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: number
}

/**
 * Installs an example.
 *
 * @param archives Archives to copy into it, by their path in it.
 */
export async function installExample(
  name: string,
  archives: Readonly<Record<string, string>> = {},
): Promise<ExampleProgram> {
  const from = join('examples', name)
  const project = await installProject(`example-${name}`, { from })
  for (const [path, archive] of Object.entries(archives)) {
    mkdirSync(dirname(join(project.folder, path)), { recursive: true })
    cpSync(archive, join(project.folder, path))
  }
  const commands = readCommands(readFileSync(join(from, 'README.md'), 'utf8'))
  const PATH = [resolve('node_modules/.bin'), process.env.PATH].join(delimiter)
  return {
    folder: project.folder,
    async run(program, replace = {}, env = {}) {
      const chosen = commands.filter((command) => command.startsWith(`${program} `))
      if (chosen.length === 0) throw new Error(`The README of examples/${name} has no command of ${program}.`)
      const lines = Object.entries(replace).reduce((lines, [from, to]) => lines.replaceAll(from, to), chosen.join('\n'))
      const script = `{ ${lines}\n}; echo "exit code $?"`
      const { stdout, stderr } = await project.run('sh', ['-c', script], { PATH, ...env })
      const [, printed = '', code] = /^(.*)exit code (\d+)\n$/s.exec(stdout) ?? []
      return { stdout: printed, stderr, exitCode: Number(code) }
    },
    runTool: project.run,
  }
}

/** The lines of the shell blocks of a README. */
function readCommands(readme: string): readonly string[] {
  return [...readme.matchAll(/```sh\n(.*?)```/gs)].flatMap(([, block = '']) => block.trim().split('\n'))
}
