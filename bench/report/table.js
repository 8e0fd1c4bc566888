import { medianOf, ratioOf, roundTripsOf } from '../figures.js'
import { judge } from '../targets.js'
import { bytes, count, ratio, seconds } from './words.js'

/**
 * A table of what was aimed at and what was measured.
 *
 * @param {import('../results.js').Results} results
 */
export function targetsTable(results) {
  const rows = judge(results).map(({ what, limit, measured, verdict }) => [what, limit, measured, verdict])
  return table([['', 'target', 'measured', ''], ...rows])
}

/**
 * Tables of a case, in Markdown.
 *
 * @param {string} name
 * @param {import('../results.js').CaseResult} result
 */
export function caseTable(name, result) {
  const names = Object.keys(result.contenders)
  const columns = COLUMNS.filter(({ cell }) => names.some((contender) => cell(result, contender) !== undefined))
  const rows = names.map((contender) => [
    result.contenders[contender]?.title ?? contender,
    ...columns.map(({ cell }) => cell(result, contender) ?? '–'),
  ])
  const rounds = Object.values(result.contenders)[0]?.samples.length
  const facts = [
    result.bytes !== undefined && bytes(result.bytes),
    result.layers !== undefined && `${result.layers} ${result.layers === 1 ? 'layer' : 'layers'}`,
    rounds !== undefined && `${rounds} ${rounds === 1 ? 'round' : 'rounds'}`,
    result.absent?.length && `not installed: ${result.absent.join(', ')}`,
    result.unable?.length && `unable: ${result.unable.join(', ')}`,
  ].filter(Boolean)
  const loads = Object.entries(result.loads ?? {})
  const parts = Object.entries(result.parts ?? {})
  return [
    `### \`${name}\`: ${result.title}`,
    `${facts.join('; ')}.`,
    ...(rows.length > 0 ? [table([['', ...columns.map(({ title }) => title)], ...rows])] : []),
    ...(loads.length > 0 ? [table([['loaded', ''], ...loads.map(([what, size]) => [what, bytes(size)])])] : []),
    ...(parts.length > 0
      ? [table([['part', 'so much less without it'], ...parts.map(([part, size]) => [part, bytes(size)])])]
      : []),
  ].join('\n\n')
}

/**
 * @typedef {object} Column
 * @property {string} title
 * @property {(result: import('../results.js').CaseResult, contender: string) => string | undefined} cell
 */

/** @type {readonly Column[]} */
const COLUMNS = [
  { title: 'time', cell: (...of) => when(medianOf(...of, 'seconds'), seconds) },
  { title: 'the first', cell: (...of) => when(medianOf(...of, 'firstSeconds'), seconds) },
  {
    title: 'against the floor',
    cell: (result, contender) => when(ratioOf(result, contender, result.floor), ratio),
  },
  {
    title: 'this package against it',
    cell: (result, contender) => (contender === 'sdk' ? undefined : when(ratioOf(result, 'sdk', contender), ratio)),
  },
  { title: 'round trips beyond the bytes', cell: (...of) => when(roundTripsOf(...of), count) },
  { title: 'CPU', cell: (...of) => when(medianOf(...of, 'cpuSeconds'), seconds) },
  { title: 'CPU of the registry', cell: (...of) => when(medianOf(...of, 'registryCpuSeconds'), seconds) },
  { title: 'peak memory', cell: (...of) => when(medianOf(...of, 'peakBytes'), bytes) },
  { title: 'JS heap', cell: (...of) => when(medianOf(...of, 'heapBytes'), bytes) },
  { title: 'frames', cell: (...of) => when(medianOf(...of, 'frames'), count) },
  { title: 'frames dropped', cell: (...of) => when(medianOf(...of, 'droppedFrames'), count) },
  { title: 'read by the process', cell: (...of) => when(medianOf(...of, 'readBytes'), bytes) },
  { title: 'reads', cell: ({ contenders }, name) => when(contenders[name]?.counts?.reads, count) },
  { title: 'read of the archive', cell: ({ contenders }, name) => when(contenders[name]?.counts?.bytesRead, bytes) },
  { title: 'of its layers', cell: ({ contenders }, name) => when(contenders[name]?.counts?.layerBytesRead, bytes) },
  { title: 'sent', cell: ({ contenders }, name) => when(contenders[name]?.counts?.sentBytes, bytes) },
  { title: 'received', cell: ({ contenders }, name) => when(contenders[name]?.counts?.receivedBytes, bytes) },
  { title: 'requests', cell: ({ contenders }, name) => requests(contenders[name]?.counts) },
]

/** @param {import('../results.js').Shown['counts']} counts */
function requests(counts) {
  if (counts?.requests === undefined) return undefined
  const methods = Object.entries(counts.methods ?? {}).map(([method, times]) => `${times} ${method}`)
  return `${counts.requests} (${methods.join(', ')})`
}

/**
 * @param {number | undefined} value
 * @param {(value: number) => string} write
 */
function when(value, write) {
  return value === undefined ? undefined : write(value)
}

/** @param {readonly (readonly string[])[]} rows The first has the titles. */
function table([titles = [], ...rows]) {
  return [titles, titles.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
