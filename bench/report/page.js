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
      `\`npm run bench\` writes this page (${results.machine}): do not edit it. The command repeats all cases on your machine. \`-- --case NAME\``,
      'runs one case, and `-- --rounds N` runs more rounds. `node-8g` and `chromium-4g` run only if you name them.',
    ].join('\n'),
    [
      'All contenders take turns in each round. Each run has a new registry (distribution, on loopback, with its data in memory). Times are medians',
      'from the start of the process to its end; in a page they begin with the push. Ratios are medians of the ratios within a round. Counts',
      '(requests, bytes read of the archive and sent) come from a separate run that is not timed. The floor is `curl`, which puts the same blobs from',
      'separate files, five at once, without hashing. In a page the floor is `fetch` with slices of the same `File`. For compressed layers it is',
      '`skopeo copy`. For a pull it is `curl`, which gets the same blobs into separate files, all at once, without hashing; files are in memory. Round',
      'trips count from the start of the push, for other contenders from the start of the process. Sizes are in powers of 1000.',
    ].join('\n'),
    `![Time of every contender in every case](${plot})`,
    '## Targets',
    targetsTable(results),
    '## Cases',
    ...cases,
  ].join('\n\n')}\n`
}
