/**
 * What the demo page shows of a push, each time that the bytes change.
 *
 * @typedef {object} Shown
 * @property {number} at Seconds since the push began.
 * @property {number} bytes
 * @property {number | undefined} left Seconds.
 */

/**
 * Notes what the page shows, from its next push on.
 *
 * @param {import('playwright').Page} page
 */
export async function watchProgress(page) {
  await page.evaluate(() => {
    /** @type {{ at: number, bytes: number, text: string | null }[]} */
    const shown = []
    const root = document.querySelector('registry-push')?.shadowRoot
    /** @type {number | undefined} */
    let begun
    Object.assign(window, { shown })
    root?.addEventListener('submit', () => {
      begun = performance.now()
    })
    setInterval(() => {
      const summary = root?.querySelector('.summary')
      const total = summary?.querySelector('progress')
      const text = summary?.querySelector('.muted')
      const bytes = total?.value ?? 0
      if (begun === undefined || bytes <= (shown.at(-1)?.bytes ?? 0)) return
      shown.push({ at: (performance.now() - begun) / 1000, bytes, text: text?.textContent ?? null })
    }, 50)
  })
}

/**
 * @param {import('playwright').Page} page
 * @returns {Promise<Shown[]>} what was noted
 */
export async function shownProgress(page) {
  const noted = await page.evaluate(() => /** @type {any} */ (window).shown)
  return noted.map((/** @type {{ at: number, bytes: number, text: string }} */ { text, ...shown }) => ({
    ...shown,
    left: secondsIn(text),
  }))
}

/**
 * How long the page showed no further byte, in seconds: the times between the changes, longest last.
 *
 * @param {readonly Shown[]} shown
 */
export function standstills(shown) {
  return shown.map(({ at }, index) => at - (shown[index - 1]?.at ?? 0)).sort((one, other) => one - other)
}

/**
 * By how much of the truth the time left was wrong, from the tenth second to the fifth before the end: the least first.
 *
 * @param {readonly Shown[]} shown
 */
export function wrongEstimates(shown) {
  const end = shown.at(-1)?.at ?? 0
  return shown
    .filter(({ at }) => at > 10 && at < end - 5)
    .map(({ at, left = Number.POSITIVE_INFINITY }) => Math.abs(left / (end - at) - 1))
    .sort((one, other) => one - other)
}

/**
 * `about 2 minutes 20 seconds left`
 *
 * @param {string} text
 */
function secondsIn(text) {
  const left = /about (.*) left/.exec(text)?.[1]
  if (left === undefined) return undefined
  const parts = [...left.matchAll(/([0-9]+) (second|minute)/g)]
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (unit === 'minute' ? 60 : 1), 0)
}
