// What is made of samples: medians, and ratios of what ran in the same round.

/**
 * @param {readonly number[]} values
 * @returns {number | undefined}
 */
function median(values) {
  const sorted = [...values].sort((one, other) => one - other)
  const middle = sorted.length / 2
  const low = sorted[Math.ceil(middle) - 1]
  const high = sorted[Math.floor(middle)]
  return low === undefined || high === undefined ? undefined : (low + high) / 2
}

/**
 * The median of one figure of a contender.
 *
 * @param {import('./results.js').CaseResult | undefined} result
 * @param {string} contender
 * @param {keyof import('./measure.js').Sample} figure
 * @returns {number | undefined}
 */
export function medianOf(result, contender, figure) {
  const samples = result?.contenders[contender]?.samples ?? []
  return median(samples.flatMap((sample) => sample[figure] ?? []))
}

/**
 * How long one contender took against another: the median of what each round says, since rounds differ more than contenders do.
 *
 * @param {import('./results.js').CaseResult | undefined} result
 * @param {string} contender
 * @param {string | undefined} other
 * @returns {number | undefined}
 */
export function ratioOf(result, contender, other) {
  const samples = result?.contenders[contender]?.samples ?? []
  const others = (other !== undefined && result?.contenders[other]?.samples) || []
  return median(
    samples.flatMap(({ seconds }, round) => {
      const against = others[round]?.seconds
      return against === undefined ? [] : seconds / against
    }),
  )
}

/**
 * How many round trips a contender took, beyond what the bytes need on that link.
 *
 * @param {import('./results.js').CaseResult | undefined} result
 * @param {string} contender
 * @returns {number | undefined}
 */
export function roundTripsOf(result, contender) {
  const seconds = medianOf(result, contender, 'workSeconds') ?? medianOf(result, contender, 'seconds')
  if (seconds === undefined || !result?.link) return undefined
  const { roundTrip, bitsPerSecond } = result.link
  return (seconds - ((result.bytes ?? 0) * 8) / bitsPerSecond) / (roundTrip / 1000)
}
