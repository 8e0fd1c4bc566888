import { describe, expect, it } from 'vitest'
import { formatAge, formatBytes, formatDuration } from '../../../src/cli/terminal/format.ts'
import { formatFields, formatTable, streamTable } from '../../../src/cli/terminal/table.ts'
import { cutText, formatJson, printable, textWidth } from '../../../src/cli/terminal/text.ts'

const COLUMNS = [{ title: 'TAG' }, { title: 'DIGEST', isCut: true }, { title: 'SIZE', align: 'right' as const }]
const DIGEST = `sha256:${'ab'.repeat(32)}`

describe('formatTable()', () => {
  it('aligns columns, numbers to the right, without spaces at the end', () => {
    expect(
      formatTable(
        [{ title: 'SIZE', align: 'right' }, { title: 'NAME' }],
        [
          ['5 B', 'a'],
          ['1.50 kB', 'b'],
        ],
      ),
    ).toEqual(['   SIZE  NAME', '    5 B  a', '1.50 kB  b'])
  })

  it('aligns Chinese characters and emoji, which take two columns', () => {
    expect(
      formatTable(
        [{ title: 'NAME' }, { title: 'X' }],
        [
          ['容器', '1'],
          ['🐳', '2'],
          ['👩‍💻e\u0301', '3'],
          ['plain', '4'],
        ],
      ),
    ).toEqual(['NAME   X', '容器   1', '🐳     2', '👩‍💻e\u0301    3', 'plain  4'])
  })

  it('escapes control characters and marks of direction', () => {
    const lines = formatTable([{ title: 'NAME' }], [['a\u001b[31m\u009b2J\tb\nc\u202e\u2028\ud800']])
    expect(lines[1]).toBe('a\\u001b[31m\\u009b2J\\tb\\nc\\u202e\\u2028\\ud800')
  })

  it('cuts nothing where there is no terminal', () => {
    expect(formatTable(COLUMNS, [['v1', DIGEST, '5 B']])[1]).toBe(`v1   ${DIGEST}   5 B`)
  })

  it('cuts cells that may be cut on a narrow terminal', () => {
    const lines = formatTable(COLUMNS, [['v1', DIGEST, '5 B']], 40)
    expect(lines).toEqual([`TAG  DIGEST${' '.repeat(23)}  SIZE`, `v1   ${DIGEST.slice(0, 28)}…   5 B`])
    expect(lines.map(textWidth)).toEqual([40, 40])
  })

  it('writes each row as lines if the terminal is too narrow for a table', () => {
    expect(formatTable(COLUMNS, [['v1.2.3-with-a-long-name', 'short', '5 B']], 30)).toEqual([
      'v1.2.3-with-a-long-name',
      '  digest  short',
      '  size    5 B',
    ])
  })
})

describe('streamTable()', () => {
  it('writes the first rows before it has read all, and does not read on when it is left', async () => {
    let read = 0
    async function* rows() {
      for (; read < 1000; read++) yield [`v${read}`, DIGEST, '5 B']
    }
    const lines: string[] = []
    for await (const line of streamTable(COLUMNS, rows())) if (lines.push(line) === 10) break
    expect(lines[1]).toBe(`v0   ${DIGEST}   5 B`)
    expect(read).toBeLessThan(100)
  })

  it('writes the titles of an empty table', async () => {
    const lines = []
    for await (const line of streamTable(COLUMNS, (async function* () {})())) lines.push(line)
    expect(lines).toEqual(['TAG  DIGEST  SIZE'])
  })
})

describe('formatFields()', () => {
  it('aligns values, and leaves out fields without one', () => {
    expect(
      formatFields([
        ['digest', 'a'],
        ['user', ''],
        ['created', 'b\nc'],
      ]),
    ).toEqual(['digest   a', 'created  b\\nc'])
  })
})

describe('cutText()', () => {
  it('cuts between characters that take two columns', () => {
    expect(cutText('容器镜像', 6)).toBe('容器…')
    expect(cutText('容器镜像', 8)).toBe('容器镜像')
  })
})

describe('printable()', () => {
  it('keeps letters of all languages, emoji, tabs and backslashes', () => {
    const text = 'C:\\app\té 容器 👩‍💻 مرحبا'
    expect(printable(text)).toBe(text)
  })
})

describe('formatJson()', () => {
  it('writes the same value without control codes', () => {
    const value = { name: '\u009b31m\u001b[2J\u202e\n', empty: null }
    expect(formatJson(value)).not.toMatch(/(?!\n)[\p{Cc}\u202e]/u)
    expect(JSON.parse(formatJson(value))).toEqual(value)
  })
})

describe('formatBytes()', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.00 kB'],
    [7_384_000, '7.38 MB'],
    [12_340_000, '12.3 MB'],
    [999_499, '999 kB'],
    [999_500, '1.00 MB'],
    [4_500_000_000_000, '4.50 TB'],
  ])('formats %i as %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text))
})

describe('formatAge()', () => {
  const now = Date.parse('2026-06-15T12:00:00Z')

  it.each([
    ['2026-06-15T11:59:40Z', 'just now'],
    ['2026-06-15T12:00:30Z', 'just now'],
    ['2026-06-15T11:58:00Z', '2 minutes ago'],
    ['2026-06-15T10:59:00Z', '1 hour ago'],
    ['2026-06-12T12:00:00Z', '3 days ago'],
    ['2026-06-01T12:00:00Z', '2 weeks ago'],
    ['2026-01-15T12:00:00Z', '4 months ago'],
    ['1980-01-01T00:00:01Z', '46 years ago'],
    ['2027-01-01T00:00:00Z', '2027-01-01'],
    ['0001-01-01T00:00:00Z', ''],
    ['yesterday', ''],
    [undefined, ''],
  ])('formats %s as "%s"', (date, text) => expect(formatAge(date, now)).toBe(text))
})

describe('formatDuration()', () => {
  it.each([
    [0.2, '0 s'],
    [59.6, '1 min'],
    [200, '3 min 20 s'],
    [7500, '2 h 5 min'],
    [90_000, '1 d 1 h'],
  ])('formats %d s as %s', (seconds, text) => expect(formatDuration(seconds)).toBe(text))
})
