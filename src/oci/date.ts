/** The form of a date and a time, with all but the days of the months (RFC 3339 § 5.6, as Go reads it). */
const DATE =
  /^(\d{4})-(0[1-9]|1[0-2])-(\d\d)T(?:[01]\d|2[0-3])(?::[0-5]\d){2}(?:\.\d{1,9})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/

/**
 * Tells whether a text is a date in RFC 3339. Docker and oras refuse others. `Date` cannot tell: runtimes take February
 * 30 for March 2.
 */
export function isDate(text: string): boolean {
  const [, year = 0, month = 0, day = 0] = (DATE.exec(text) ?? []).map(Number)
  // The calendar repeats after 400 years. Date.UTC takes the years 0 to 99 for 1900 to 1999.
  const days = new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate()
  return day >= 1 && day <= days
}
