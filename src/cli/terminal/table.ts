import { cutText, printable, textWidth } from './text.ts'

/** A column of a table. */
export interface Column {
  readonly title: string
  /** @default 'left' */
  readonly align?: 'left' | 'right' | undefined
  /** True if its cells may be cut on a narrow terminal, as digests may. @default false */
  readonly isCut?: boolean | undefined
}

export type Cells = readonly string[]

const GAP = '  '
/** Cells are not cut below this number of columns. */
const MIN_CUT = 12
/** Of a table that is printed while it is read: the rows that set the widths of its columns. */
const FIRST_ROWS = 50

/**
 * Formats rows as a table with a line of titles. Control characters are escaped.
 *
 * @param width The number of columns of the terminal, if there is one. A table that is wider has its cells cut; if that
 *   does not help, each row becomes a block of lines.
 */
export function formatTable(columns: readonly Column[], rows: readonly Cells[], width?: number): readonly string[] {
  const cells = rows.map((row) => row.map(printableCell))
  const form = layOut(columns, cells, width)
  return [...form.head, ...cells.flatMap(form.row)]
}

/** Formats rows as a table while they are read. The first ones set the widths of the columns. */
export async function* streamTable(
  columns: readonly Column[],
  rows: AsyncIterable<Cells>,
  width?: number,
): AsyncGenerator<string, void> {
  const first: Cells[] = []
  let form: Form | undefined
  for await (const row of rows) {
    const cells = row.map(printableCell)
    if (form) yield* form.row(cells)
    else if (first.push(cells) === FIRST_ROWS) {
      form = layOut(columns, first, width)
      yield* [...form.head, ...first.flatMap(form.row)]
    }
  }
  if (!form) yield* formatTable(columns, first, width)
}

/** Formats pairs of a name and a value, the values below each other. Values that are empty are left out. */
export function formatFields(fields: ReadonlyArray<readonly [name: string, value: string]>): readonly string[] {
  const shown = fields.filter(([, value]) => value !== '')
  const width = Math.max(0, ...shown.map(([name]) => textWidth(name)))
  return shown.map(([name, value]) => `${pad(printableCell(name), width)}${GAP}${printableCell(value)}`)
}

function printableCell(text: string): string {
  return printable(text).replaceAll('\t', '\\t')
}

/** How the rows of a table are written. */
interface Form {
  readonly head: readonly string[]
  row(cells: Cells): readonly string[]
}

function layOut(columns: readonly Column[], rows: readonly Cells[], width: number | undefined): Form {
  const widths = columns.map(({ title }, index) => {
    return rows.reduce((most, row) => Math.max(most, textWidth(row[index] ?? '')), textWidth(title))
  })
  if (width !== undefined && !shrink(columns, widths, width)) return blocks(columns)
  const isCut = (index: number) => width !== undefined && columns[index]?.isCut
  const row = (cells: Cells) => {
    const padded = cells.map((cell, index) => {
      const [columnWidth = 0, shown] = [widths[index], isCut(index) ? cutText(cell, widths[index] ?? 0) : cell]
      return pad(shown, columnWidth, columns[index]?.align)
    })
    return [padded.join(GAP).trimEnd()]
  }
  return { head: row(columns.map(({ title }) => title)), row }
}

/** Makes the widest columns that may be cut narrower. Returns false if the table is still too wide. */
function shrink(columns: readonly Column[], widths: number[], width: number): boolean {
  const total = () => widths.reduce((sum, one) => sum + one, GAP.length * (widths.length - 1))
  for (let excess = total() - width; excess > 0; excess = total() - width) {
    const [widest] = columns
      .flatMap(({ isCut }, index) => (isCut && (widths[index] ?? 0) > MIN_CUT ? [index] : []))
      .sort((one, other) => (widths[other] ?? 0) - (widths[one] ?? 0))
    if (widest === undefined) return false
    widths[widest] = Math.max(MIN_CUT, (widths[widest] ?? 0) - excess)
  }
  return true
}

/** A row as lines: the first cell, and the others with their titles under it. */
function blocks(columns: readonly Column[]): Form {
  const [, ...others] = columns.map(({ title }) => title.toLowerCase())
  const width = Math.max(0, ...others.map(textWidth))
  return {
    head: [],
    row: ([first = '', ...cells]) => [
      first,
      ...cells.flatMap((cell, index) => (cell === '' ? [] : [`  ${pad(others[index] ?? '', width)}${GAP}${cell}`])),
    ],
  }
}

function pad(text: string, width: number, align: Column['align'] = 'left'): string {
  const space = ' '.repeat(Math.max(0, width - textWidth(text)))
  return align === 'right' ? space + text : text + space
}
