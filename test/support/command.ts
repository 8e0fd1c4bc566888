import { spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pty from '@lydell/node-pty'
import xterm from '@xterm/headless'

/** The built command. */
export const COMMAND = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

/** How a command runs. */
export interface CommandOptions {
  /** The bytes that it reads from stdin. @default nothing */
  readonly input?: string | Uint8Array | AsyncIterable<Uint8Array>
  readonly cwd?: string
  /** More variables of the environment, besides `PATH` and homes without credentials. */
  readonly env?: Readonly<Record<string, string>>
  /** The signal to end it with, and a text on stderr after which it is sent. */
  readonly kill?: { readonly signal: NodeJS.Signals; readonly after: string }
}

/** The output of a command without a terminal. */
export interface CommandOutcome {
  readonly code: number | null
  readonly stdout: string
  /** The bytes of stdout. */
  readonly bytes: Buffer
  readonly stderr: string
}

/** Runs the command with pipes, in a process of its own. Its Docker config is an empty folder. */
export function runCommand(args: readonly string[], options: CommandOptions = {}): Promise<CommandOutcome> {
  return startCommand(args, options).outcome
}

/** A command that is running. */
interface RunningCommand {
  /** The first line on stdout, or all of stdout if the command ends before. */
  readonly firstLine: Promise<string>
  readonly outcome: Promise<CommandOutcome>
  kill(signal: NodeJS.Signals): void
}

/** Starts the command as `runCommand` does, and does not wait for its end. */
export function startCommand(args: readonly string[], options: CommandOptions = {}): RunningCommand {
  const { input, cwd, kill } = options
  const child = spawn(process.execPath, [COMMAND, ...args], { cwd, env: environment(options.env) })
  const [out, err]: [Buffer[], Buffer[]] = [[], []]
  child.stdout.on('data', (chunk) => out.push(chunk))
  child.stderr.on('data', (chunk) => {
    err.push(chunk)
    if (kill && !child.killed && Buffer.concat(err).includes(kill.after)) child.kill(kill.signal)
  })
  // The command may end without reading all of it.
  child.stdin.on('error', () => {})
  void writeInput(child.stdin, input)
  const text = () => Buffer.concat(out).toString()
  return {
    firstLine: new Promise((resolve) => {
      child.stdout.on('data', () => text().includes('\n') && resolve(text().split('\n')[0] as string))
      child.once('close', () => resolve(text()))
    }),
    outcome: new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code, signal) => {
        resolve({
          code: code ?? shellCode(signal),
          bytes: Buffer.concat(out),
          stdout: text(),
          stderr: Buffer.concat(err).toString(),
        })
      })
    }),
    kill: (signal) => void child.kill(signal),
  }
}

/** The exit code of a process that a signal has ended, as a shell counts. */
function shellCode(signal: NodeJS.Signals | null): number | null {
  return signal && 128 + constants.signals[signal]
}

async function writeInput(stdin: NodeJS.WritableStream, input: CommandOptions['input']): Promise<void> {
  if (typeof input === 'object' && Symbol.asyncIterator in input) {
    for await (const chunk of input) {
      if (!stdin.write(chunk)) await new Promise((resolve) => stdin.once('drain', resolve))
    }
  }
  stdin.end(typeof input === 'string' || input instanceof Uint8Array ? input : '')
}

/** A line of progress, plain or with `--json`. */
const PROGRESS = /^(?:(?!error|warning)[a-z]+: [\d.]+(?: [kMGTP]?B)?(?: of .*|, .*)?|\{"progress":\{.*\}\})\n/gm

/** Leaves the lines of progress out of stderr: a slow machine prints them where a fast one is done before. */
export function withoutProgress(stderr: string): string {
  return stderr.replaceAll(PROGRESS, '')
}

/** How a command runs in a pseudo-terminal. */
export interface TerminalOptions extends Pick<CommandOptions, 'cwd' | 'env'> {
  /** @default 80 */
  readonly columns?: number
  /** @default 24 */
  readonly rows?: number
  /** Keys to press, and new sizes of the terminal, each once a text is on the screen. */
  readonly keys?: ReadonlyArray<{ readonly after: string } & ({ readonly press: string } | { readonly resize: Size })>
  /** Ends the program once this text is on the screen. @default it ends by itself */
  readonly endAfter?: string
}

/** The size of a terminal. */
interface Size {
  readonly columns: number
  readonly rows: number
}

/** The state that a command left on the screen of a pseudo-terminal. */
export interface TerminalOutcome {
  readonly code: number
  /** The lines of the screen and of what has scrolled out of it, without spaces and empty lines at the end. */
  readonly screen: string
  /** All screens that were drawn, one for each piece of output. */
  readonly screens: readonly string[]
  /** What was written, with all control codes. */
  readonly raw: string
}

/** Runs the command in a pseudo-terminal, with all three streams. */
export function runInTerminal(args: readonly string[], options: TerminalOptions = {}): Promise<TerminalOutcome> {
  return runProgramInTerminal(process.execPath, [COMMAND, ...args], options)
}

/**
 * Runs a program, tells its exit code in a control code that no terminal shows, and keeps the terminal. Without it,
 * node-pty loses what it has not read some time after the end of the program.
 */
const KEEP_TERMINAL = `trap : INT; "$0" "$@"; printf '\\033]777;%d\\007' $?; exec sleep 600`
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is a control code
const END = /\x1b\]777;(\d+)\x07/

/** Runs any program in a pseudo-terminal. */
export async function runProgramInTerminal(
  program: string,
  args: readonly string[],
  options: TerminalOptions = {},
): Promise<TerminalOutcome> {
  const { columns: cols = 80, rows = 24, cwd = process.cwd(), keys = [], endAfter } = options
  const terminal = new xterm.Terminal({ cols, rows, scrollback: 10_000, allowProposedApi: true })
  const child = pty.spawn('sh', ['-c', KEEP_TERMINAL, program, ...args], {
    cols,
    rows,
    cwd,
    env: { ...environment(options.env), TERM: 'xterm-256color' },
  })
  const waiting = [...keys]
  const screens: string[] = []
  let raw = ''
  let drawing = Promise.resolve()
  function act(next: (typeof keys)[number] | undefined): void {
    if (next && 'press' in next) child.write(next.press)
    else if (next) {
      const { columns, rows } = next.resize
      terminal.resize(columns, rows)
      child.resize(columns, rows)
    }
  }
  child.onData((text) => {
    raw += text
    const end = END.exec(raw)
    drawing = drawing.then(async () => {
      await new Promise<void>((resolve) => terminal.write(text, resolve))
      const screen = readScreen(terminal)
      screens.push(screen)
      const isDone = endAfter !== undefined && waiting.length === 0 && screen.includes(endAfter)
      if (end || isDone) child.kill('SIGKILL')
      else if (waiting[0] && screen.includes(waiting[0].after)) act(waiting.shift())
    })
  })
  const killed = await new Promise<number>((resolve) =>
    child.onExit(({ exitCode, signal }) => resolve(signal ? 128 + signal : exitCode)),
  )
  await drawing
  const code = Number(END.exec(raw)?.[1] ?? killed)
  return { code, screen: readScreen(terminal), screens, raw: raw.replace(END, '') }
}

function readScreen({ buffer }: xterm.Terminal): string {
  const { active } = buffer
  const lines = Array.from({ length: active.length }, (_, y) => active.getLine(y)?.translateToString(true) ?? '')
  return lines.join('\n').trimEnd()
}

let home: string | undefined

/** The environment of a command: without the machine's credentials, proxies and colours. */
function environment(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  home ??= mkdtempSync(join(tmpdir(), 'command-home-'))
  const { PATH = '' } = process.env
  return { PATH, HOME: home, DOCKER_CONFIG: join(home, '.docker'), XDG_RUNTIME_DIR: home, ...more }
}
