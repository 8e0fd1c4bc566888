import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { startRegistry } from './find/registry.js'
import { startBrowser, startProfile } from './page/browser.js'
import { measureDownload } from './page/download.js'
import { measureStart } from './page/interactive.js'
import { measureLists } from './page/lists.js'
import { bringGigabyte, measurePush } from './page/push.js'
import { servePage } from './page/site.js'
import { loadedAtOnce } from './page/weight.js'

// What the page costs: npm run measure:page [-- --only weight --only start --only lists --only push] [-- --write]
// With --write the table goes into docs/measurements.md.

const ROUNDS = 5
const DOCUMENT = fileURLToPath(new URL('../docs/measurements.md', import.meta.url))
const [BEGIN, END] = ['<!-- npm run measure:page -- --write -->\n', '<!-- end of measure:page -->']

const { values } = parseArgs({
  options: { only: { type: 'string', multiple: true }, write: { type: 'boolean', default: false } },
})
const isAsked = (/** @type {string} */ part) => values.only?.includes(part) ?? true
const kilobytes = (/** @type {number} */ bytes) => `${(bytes / 1000).toFixed(1)} kB`
const megabytes = (/** @type {number} */ bytes) => `${Math.round(bytes / 1e6)} MB`
const seconds = (/** @type {number} */ milliseconds) => `${(milliseconds / 1000).toFixed(1)} s`
const median = (/** @type {readonly number[]} */ values) =>
  values.toSorted((one, other) => one - other)[values.length >> 1] ?? 0

/** @param {ReadonlyArray<{ duration: number }>} tasks */
function describe(tasks) {
  const longest = Math.max(0, ...tasks.map(({ duration }) => duration))
  const over = tasks.filter(({ duration }) => duration > 100).length
  return `longest task ${longest === 0 ? 'under 50' : longest.toFixed(0)} ms, ${over} over 100 ms`
}

const site = await servePage()
const browser = await startBrowser()
/** @type {[what: string, figure: string][]} */
const rows = []

try {
  if (isAsked('weight')) {
    const files = await loadedAtOnce(await browser.newContext(), site)
    const sum = files.reduce((sum, { bytes }) => sum + bytes, 0)
    rows.push([
      'what the push view loads at once, with its Worker, in gzip',
      `${kilobytes(sum)} in ${files.length} files`,
    ])
  }
  if (isAsked('start')) {
    const starts = []
    for (let round = 0; round < ROUNDS; round++) starts.push(await measureStart(browser, site))
    const painted = median(starts.map(({ painted }) => painted))
    const interactive = median(starts.map(({ interactive }) => interactive))
    rows.push([
      `first paint, and interactive, on a CPU four times slower (median of ${ROUNDS})`,
      `${painted.toFixed(0)} ms, ${interactive.toFixed(0)} ms`,
    ])
  }
  if (isAsked('lists')) {
    for (const { what, first, all, tasks } of await measureLists(browser)) {
      rows.push([what, `first after ${seconds(first)}, all after ${seconds(all)}; ${describe(tasks)}`])
    }
  }
  if (isAsked('push')) {
    const { path, size } = await bringGigabyte()
    const registry = await startRegistry()
    const profile = await startProfile()
    try {
      const { time, tasks, before, peak } = await measurePush(profile, site, registry.url, path)
      rows.push([
        `${(size / 1e9).toFixed(2)} GB pushed to distribution on loopback`,
        `${seconds(time)}; ${describe(tasks)}`,
      ])
      rows.push(['– JS heap of the main thread at most', megabytes(peak.heap)])
      rows.push([
        '– private memory of all processes of Chromium before, at most',
        `${megabytes(before)}, ${megabytes(peak.memory)}`,
      ])
      const place = { registry: registry.url, repository: 'page/large', reference: 'v1' }
      const download = await measureDownload(profile, site, place)
      rows.push(['the same downloaded as a tar, collected by the browser', seconds(download.time)])
      rows.push(['– JS heap of the main thread at most', megabytes(download.peak.heap)])
      rows.push([
        '– private memory of all processes of Chromium before, at most',
        `${megabytes(download.before)}, ${megabytes(download.peak.memory)}`,
      ])
    } finally {
      await profile.close()
      await registry.stop()
    }
  }
} finally {
  await browser.close()
  await site.close()
}

const table = [
  '| what | figure |',
  '| --- | --- |',
  ...rows.map(([what, figure]) => `| ${what} | ${figure} |`),
  '',
].join('\n')
console.log(table)
if (values.write) {
  const [before = '', rest = ''] = readFileSync(DOCUMENT, 'utf8').split(BEGIN)
  writeFileSync(DOCUMENT, before + BEGIN + table + rest.slice(rest.indexOf(END)))
}
