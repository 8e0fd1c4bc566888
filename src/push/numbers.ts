import { show } from './shapes.ts'

/** Takes a number of things of which there has to be one at least. */
export function positive(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value > 0) return value
  throw new RangeError(`Cannot push: ${name} has to be a whole number above 0, not ${showNumber(value)}`)
}

/** Takes a number of things of which there may be none. */
export function natural(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value
  throw new RangeError(`Cannot push: ${name} has to be a whole number from 0, not ${showNumber(value)}`)
}

/** Takes a number of bytes a second, or `Infinity` for no limit. */
export function rate(name: string, value: number): number {
  if (typeof value === 'number' && value > 0) return value
  throw new RangeError(
    `Cannot push: ${name} has to be a number of bytes above 0, or Infinity for no limit, not ${showNumber(value)}`,
  )
}

/** A text that looks like a number is told from one. */
function showNumber(value: unknown): string {
  return typeof value === 'number' ? String(value) : show(value)
}
