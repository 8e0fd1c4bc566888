import { readFileSync } from 'node:fs'

/**
 * Runs an act, and prints as JSON how long it took, the most memory that the process ever had, and what came of it.
 *
 * @param {() => Promise<unknown>} act
 */
export async function report(act) {
  const start = performance.now()
  const outcome = await act().then(
    () => 'success',
    (error) => `${error.name}: ${error.message}`,
  )
  const time = performance.now() - start
  const [, peak] = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
  process.stdout.write(JSON.stringify({ time, peak: Number(peak) * 1024, outcome }), () => process.exit())
}
