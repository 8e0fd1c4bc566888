const DEFAULT_RUNS = 2000
/** The same cases on every run, so that a check that passed once passes again. */
const DEFAULT_SEED = 20_260_101

const runs = Number(process.env.FUZZ_RUNS ?? DEFAULT_RUNS)

/** In milliseconds. No case needs a hundredth of it, but the machine may be busy with something else. */
export const CASE_TIMEOUT = 20_000

/** In milliseconds, of one property: it grows with the number of its cases. */
export const PROPERTY_TIMEOUT = 120_000 + runs * 100

/** What fast-check needs to run a property with its share of all cases: `npm run fuzz` sets how many they are, and the seed. */
export function shareOfRuns(share: number): { numRuns: number; seed: number } {
  return { numRuns: Math.ceil(runs * share), seed: Number(process.env.FUZZ_SEED ?? DEFAULT_SEED) }
}
