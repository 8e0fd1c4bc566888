import type { Page } from 'playwright'

/** A part of what Chromium notes about its tasks. */
interface TraceEvent {
  readonly name: string
  readonly ph: string
  readonly pid: number
  readonly tid: number
  /** In microseconds of processor time: other programs on a busy machine do not count. */
  readonly tdur?: number
  readonly args?: { readonly name?: string }
}

/**
 * Measures the longest task of the main thread while something is done with a page.
 *
 * @returns milliseconds of processor time
 */
export async function longestTaskDuring(page: Page, act: () => Promise<void>): Promise<number> {
  const browser = page.context().browser()
  if (!browser) throw new Error('Cannot measure tasks: the page has no browser')
  await browser.startTracing(page, { categories: ['toplevel'] })
  try {
    await act()
  } catch (error) {
    await browser.stopTracing()
    throw error
  }
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] }
  const threadOf = ({ pid, tid }: TraceEvent) => `${pid} ${tid}`
  const isMain = ({ name, args }: TraceEvent) => name === 'thread_name' && args?.name === 'CrRendererMain'
  const main = new Set(traceEvents.filter(isMain).map(threadOf))
  const tasks = traceEvents.filter((event) => event.ph === 'X' && event.tdur !== undefined && main.has(threadOf(event)))
  if (tasks.length === 0) throw new Error('Cannot measure tasks: the browser noted none')
  return tasks.reduce((longest, { tdur = 0 }) => Math.max(longest, tdur), 0) / 1000
}
