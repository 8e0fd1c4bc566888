/**
 * Checks a level of compression.
 *
 * @throws {RangeError} if it is out of range
 */
export function checkLevel(level: number, [lowest, highest]: readonly [number, number]): number {
  if (Number.isInteger(level) && level >= lowest && level <= highest) return level
  throw new RangeError(`Cannot compress: level has to be a whole number from ${lowest} to ${highest}, not ${level}`)
}
