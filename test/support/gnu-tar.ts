import { spawnSync } from 'node:child_process'

/** One line of what GNU tar lists. */
export interface TarListing {
  readonly kind: string
  /** Nothing for a device, of which other numbers are told. */
  readonly size: number | undefined
  /** The name, and behind it what the kind adds, such as ` -> target`. */
  readonly text: string
}

const LIST = ['-tvf', '-', '--numeric-owner', '--full-time', '--utc', '--quoting-style=escape', '-P']
const LINE = /^(.).{9} \S+\/\S+ +(?:([0-9]+)|[0-9]+,[0-9]+) \S+ \S+ (.*)$/
const ESCAPES: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, '\\': 92 }

/** Other tars know other formats. */
export function hasGnuTar(): boolean {
  return /GNU tar/.test(spawnSync('tar', ['--version'], { encoding: 'utf8' }).stdout ?? '')
}

/** What GNU tar makes of an archive. */
export interface TarVerdict {
  /** Nothing where it refuses the archive, which its exit status tells; a warning, as of a lone block of zeros, is no refusal. */
  readonly listed: readonly TarListing[] | undefined
  /** Whether it met a header that is none. */
  readonly isLost: boolean
}

export function listByGnuTar(tar: Uint8Array): TarVerdict {
  const { status, stdout, stderr } = spawnSync('tar', LIST, {
    input: tar,
    encoding: 'latin1',
    env: { ...process.env, LC_ALL: 'C' },
    maxBuffer: 2 ** 26,
  })
  return {
    listed: status === 0 ? stdout.split('\n').filter(Boolean).map(parseLine) : undefined,
    isLost: /does not look like a tar archive|Skipping to next header/.test(stderr),
  }
}

function parseLine(line: string): TarListing {
  const [, kind = '', size, text = ''] = LINE.exec(line) ?? []
  if (!kind) throw new Error(`GNU tar lists ${JSON.stringify(line)}, which is not understood here`)
  return { kind, size: size === undefined ? undefined : Number(size), text: fromEscapes(text) }
}

/** Names come with what is no printable ASCII written as in C. */
function fromEscapes(text: string): string {
  const bytes: number[] = []
  for (const [whole, octal, letter] of text.matchAll(/\\([0-7]{3})|\\(.)|./gs)) {
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8))
    else bytes.push(letter === undefined ? whole.charCodeAt(0) : (ESCAPES[letter] ?? letter.charCodeAt(0)))
  }
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes))
}
