import { diagnoseRegistry, type RegistryCheck } from '../../node/index.ts'
import type { Context } from '../context/context.ts'
import type { Result } from '../context/result.ts'
import { parsePlace, readRegistryAddress } from '../input/place.ts'
import { inCommandWords } from '../terminal/command-words.ts'
import { EXIT, type ExitKind, KINDS } from '../terminal/exit-code.ts'
import type { Color, Paint } from '../terminal/paint.ts'
import { UsageError } from '../terminal/usage-error.ts'

interface DoctorFlags {
  readonly origin?: string | undefined
  readonly repository?: string | undefined
  readonly write?: true | undefined
}

type State = RegistryCheck['state']

const MARKS: Readonly<Record<State, string>> = { passed: '✔', warning: '!', failed: '✖', skipped: '-' }
const COLORS: Readonly<Record<State, Color>> = { passed: 'green', warning: 'yellow', failed: 'red', skipped: 'dim' }

/** Checks a registry, and prints what works, what does not, and the remedies. */
export async function doctor(context: Context, text: string, flags: DoctorFlags): Promise<Result> {
  const { origin, write } = flags
  const { signal, settings } = context
  const place = readPlace(text)
  const { registry, repository = place.repository } = { ...place, ...flags }
  if (write && repository === undefined) {
    throw new UsageError('Cannot use --write without a repository', 'pass --repository NAME, in which to open uploads')
  }
  const handle = await context.openRegistry(registry)
  const timeout = settings.timeout === undefined ? undefined : settings.timeout * 1000
  const checks = await diagnoseRegistry(handle, { origin, repository, write, timeout, signal })
  const failed = checks.find(({ state }) => state === 'failed')
  return {
    json: { registry: handle.url, checks },
    lines: [handle.url, ...formatChecks(checks), '', summaryOf(checks)],
    colorLine,
    exitCode: failed ? EXIT[kindOf(failed)] : EXIT.done,
  }
}

/** Reads the argument: a registry, or a repository of one. */
function readPlace(text: string): { readonly registry: string; readonly repository?: string | undefined } {
  return text.includes('/') && readRegistryAddress(text) === undefined ? parsePlace(text) : { registry: text }
}

/** Formats the checks. Those that were skipped for the same reason share a line at the end. */
function formatChecks(checks: readonly RegistryCheck[]): readonly string[] {
  const made = checks.filter(({ state }) => state !== 'skipped')
  const skipped = checks.filter(({ state }) => state === 'skipped')
  const reasons = [...new Set(skipped.map(({ message }) => message))]
  const width = Math.max(...made.map(({ check }) => check.length))
  return [
    ...made.flatMap(({ check, state, message, remedy, settings }) => [
      `${begin(state)}  ${check.padEnd(width)}  ${inCommandWords(message)}`,
      ...(remedy ? [`    ${sentence(inCommandWords(remedy))}`] : []),
      ...settings.flatMap(({ server, lines }) => [
        `    In ${server}:`,
        ...lines.split('\n').map((line) => `      ${line}`.trimEnd()),
      ]),
    ]),
    ...reasons.map((reason) => {
      const same = skipped.filter(({ message }) => message === reason)
      return `${begin('skipped')}  ${same.map(({ check }) => check).join(', ')}: ${reason}`
    }),
  ]
}

function sentence(text: string): string {
  return `${text[0]?.toUpperCase()}${text.slice(1).replace(/\.?$/, '.')}`
}

function begin(state: State): string {
  return `${MARKS[state]} ${state.padEnd(7)}`
}

function colorLine(line: string, paint: Paint): string {
  const [text, state] = /^\S (passed|warning|failed|skipped)/.exec(line) ?? []
  return text === undefined ? line : paint(COLORS[state as State], text) + line.slice(text.length)
}

function summaryOf(checks: readonly RegistryCheck[]): string {
  const counts = (['failed', 'warning', 'passed', 'skipped'] as const).map((state) => {
    const count = checks.filter((check) => check.state === state).length
    return `${count} ${state === 'warning' && count !== 1 ? 'warnings' : state}`
  })
  return counts.filter((count) => !count.startsWith('0 ')).join(', ')
}

/** The kind of failure of a check: by its code if errors have that code, otherwise by the subject of the check. */
function kindOf({ check, code }: RegistryCheck): ExitKind {
  if (code !== 'NOT_SUPPORTED' && Object.hasOwn(KINDS, code)) return KINDS[code as keyof typeof KINDS]
  if (['connection', 'tls', 'api', 'version', 'clock'].includes(check)) return 'network'
  if (['challenge', 'token-server', 'sign-in'].includes(check)) return 'signIn'
  return 'refused'
}
