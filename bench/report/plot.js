import { medianOf, ratioOf } from '../figures.js'
import { ratio, seconds } from './words.js'

const WIDTH = 820
const LABELS = 290
const BARS = 360
const ROW = 22
const HEAD = 34
const GAP = 14

/** Readable on both backgrounds; who shows it says which one it has. */
const STYLE = `
  .ground { fill: #ffffff }
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-weight: 600 }
  .bar { fill: #9aa4b2 }
  .sdk { fill: #1f6feb }
  .floor { fill: #57606a }
  .line { stroke: #d0d7de }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117 }
    text { fill: #e6edf3 }
    .bar { fill: #6e7681 }
    .sdk { fill: #4493f8 }
    .floor { fill: #b1bac4 }
    .line { stroke: #30363d }
  }`

/**
 * Draws how long everybody took: a group of bars for each case, each on a scale of its own.
 *
 * @param {import('../results.js').Results} results
 * @returns {string} an SVG
 */
export function drawPlot({ cases }) {
  /** @type {string[]} */
  const drawn = []
  let top = GAP
  for (const result of Object.values(cases)) {
    const bars = barsOf(result)
    // One bar alone compares nothing.
    if (bars.length < 2) continue
    drawn.push(drawGroup(result.title, bars, top))
    top += HEAD + bars.length * ROW + GAP
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${top}" viewBox="0 0 ${WIDTH} ${top}" role="img">`,
    '<title>Time of every contender in every case</title>',
    `<style>${STYLE}\n</style>`,
    `<rect class="ground" width="${WIDTH}" height="${top}"/>`,
    ...drawn,
    '</svg>\n',
  ].join('\n')
}

/**
 * @typedef {object} Bar
 * @property {string} label
 * @property {string} style
 * @property {number} time In seconds.
 * @property {string} note
 */

/**
 * @param {import('../results.js').CaseResult} result
 * @returns {readonly Bar[]}
 */
function barsOf(result) {
  return Object.entries(result.contenders).flatMap(([name, { title }]) => {
    const time = medianOf(result, name, 'seconds')
    if (time === undefined) return []
    const isFloor = name === result.floor
    const against = isFloor ? undefined : ratioOf(result, name, result.floor)
    const note = against === undefined ? seconds(time) : `${seconds(time)}, ${ratio(against)}`
    return { label: title, style: name.startsWith('sdk') ? 'bar sdk' : isFloor ? 'bar floor' : 'bar', time, note }
  })
}

/**
 * @param {string} title
 * @param {readonly Bar[]} bars
 * @param {number} top
 */
function drawGroup(title, bars, top) {
  const longest = Math.max(...bars.map(({ time }) => time))
  const rows = bars.map(({ label, style, time, note }, index) => {
    const y = top + HEAD + index * ROW
    const width = Math.max((time / longest) * BARS, 1)
    return [
      `<text x="${LABELS - 10}" y="${y + 13}" text-anchor="end">${escaped(label)}</text>`,
      `<rect class="${style}" x="${LABELS}" y="${y + 1}" width="${width.toFixed(1)}" height="${ROW - 6}" rx="2"/>`,
      `<text x="${(LABELS + width + 8).toFixed(1)}" y="${y + 13}">${escaped(note)}</text>`,
    ].join('\n')
  })
  const line = top + HEAD - 4
  return [
    `<text class="title" x="16" y="${top + 18}">${escaped(title)}</text>`,
    `<line class="line" x1="16" x2="${WIDTH - 16}" y1="${line - 4}" y2="${line - 4}"/>`,
    ...rows,
  ].join('\n')
}

/**
 * Titles are Markdown: a picture shows no code.
 *
 * @param {string} text
 */
function escaped(text) {
  return text.replaceAll('`', '').replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
