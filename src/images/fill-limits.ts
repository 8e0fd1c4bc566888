/**
 * Fills in the limits that are not given.
 *
 * @param act The start of the message.
 * @throws {RangeError} if one is not a number from 0 on
 * @throws {TypeError} if a limit has an unknown name
 */
export function fillLimits<L extends object>(act: string, defaults: L, given: object): L {
  const limits = { ...defaults } as Record<string, unknown>
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(defaults, name)) throw new TypeError(`${act}: there is no limit "${name}"`)
    if (value === undefined) continue
    if (!(value >= 0)) throw new RangeError(`${act}: the limit "${name}" has to be a number from 0 on, not ${value}`)
    limits[name] = value
  }
  return limits as L
}
