import { caseTable, targetsTable } from './table.js'

/**
 * The page of the documents that shows everything.
 *
 * @param {import('../results.js').Results} results
 * @param {string} plot The name of its plot.
 */
export function writePage(results, plot) {
  const cases = Object.entries(results.cases).map(([name, result]) => caseTable(name, result))
  return `${[
    '# Benchmarks',
    [
      `Written by \`npm run bench\` (${results.machine}): do not edit. It repeats everything on your machine, and \`-- --case NAME\` one case, \`-- --rounds N\``,
      'more often; `node-8g` and `chromium-4g` run when they are asked for alone.',
    ].join('\n'),
    [
      'Every contender runs in turn, round by round, each time against a registry that was started anew (distribution, on loopback, its data in',
      'memory). Times are medians from the start of the process to its end, in a page from the start of the push; ratios are medians of the ratios within',
      'a round. What is counted (requests, bytes read of the archive and sent) comes from a run of its own that is not timed. The floor is `curl`, which',
      'puts the very same blobs from files of their own, five at once, without hashing; in a page it is `fetch` with slices of the same `File`; where layers',
      'are compressed, it is `skopeo copy`. Round trips count from the start of the push too, for others from that of the process. Sizes are in powers of 1000.',
    ].join('\n'),
    `![Time of every contender in every case](${plot})`,
    '## Targets',
    targetsTable(results),
    '## Cases',
    ...cases,
  ].join('\n\n')}\n`
}
