import { readFileSync } from 'node:fs'

/** The largest resident set of this process, in bytes. */
export function peakMemory() {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024
  } catch {
    // No such file system. This may count what stood in the process before it was ours.
    return process.resourceUsage().maxRSS * 1024
  }
}
