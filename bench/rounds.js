/**
 * One who runs, round after round.
 *
 * @typedef {object} Runner
 * @property {string} name
 * @property {string} title
 * @property {() => Promise<import('./results.js').Shown['counts']>} count A run that is counted, not timed.
 * @property {() => Promise<import('./measure.js').Sample>} take A run that is timed.
 * @property {boolean} [mayFail] There are archives that others do not read.
 */

/**
 * Lets everybody run in turn, so that what disturbs the machine disturbs all alike. The runs that are counted come first: they warm the caches.
 *
 * @param {readonly Runner[]} runners
 * @param {Pick<import('./cases/index.js').Context, 'rounds' | 'say'>} context
 * @returns {Promise<Required<Pick<import('./results.js').CaseResult, 'contenders' | 'unable'>>>}
 */
export async function runInTurn(runners, { rounds, say }) {
  /** @type {{ runner: Runner, samples: import('./measure.js').Sample[], counts: import('./results.js').Shown['counts'] }[]} */
  const running = []
  const unable = []
  for (const runner of runners) {
    say(`counts what ${runner.name} asks`)
    try {
      running.push({ runner, samples: [], counts: await runner.count() })
    } catch (error) {
      if (!runner.mayFail) throw error
      say(String(error))
      unable.push(runner.name)
    }
  }
  for (let round = 1; round <= rounds; round++) {
    for (const { runner, samples } of running) {
      const sample = await runner.take()
      say(`round ${round}: ${runner.name} ${sample.seconds.toFixed(2)} s`)
      samples.push(sample)
    }
  }
  const contenders = Object.fromEntries(
    running.map(({ runner: { name, title }, samples, counts }) => [name, { title, samples, counts }]),
  )
  return { contenders, unable }
}
