/** The address of the trial registry. No request to it leaves the tab. */
export const TRIAL_ADDRESS = 'http://trial.localhost'
/** The number of bytes that the trial registry receives at most. They all are in the memory of the tab. */
export const TRIAL_LIMIT = 500_000_000

/** Returns true for the address of the trial registry, as people type it. */
export function isTrial(address: string): boolean {
  return /^(?:http:\/\/)?trial\.localhost\/?$/i.test(address.trim())
}
