// How figures are written, the same in tables, plots and on the screen.

/** @param {number | undefined} value */
export function seconds(value) {
  if (value === undefined) return '–'
  return value < 1 ? `${(value * 1000).toFixed(0)} ms` : `${value.toFixed(value < 10 ? 2 : 1)} s`
}

/** @param {number | undefined} value In powers of 1000. */
export function bytes(value) {
  if (value === undefined) return '–'
  if (value < 10_000) return `${value} B`
  if (value < 1e6) return `${(value / 1e3).toFixed(0)} kB`
  return value < 1e9 ? `${(value / 1e6).toFixed(0)} MB` : `${(value / 1e9).toFixed(2)} GB`
}

/** @param {number | undefined} value */
export function ratio(value) {
  return value === undefined ? '–' : `${value.toFixed(2)} ×`
}

/** @param {number | undefined} value */
export function count(value) {
  return value === undefined ? '–' : String(Math.round(value * 10) / 10)
}
