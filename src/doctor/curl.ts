/** Request headers that every push needs. */
const HEADERS = 'authorization,content-type,content-range'

/**
 * Returns the command line that shows what a browser hides: the answer to the preflight of a chunk, and to `GET v2/`.
 * It runs in every shell: it has no other quotes than `"`, and nothing in them that a shell would read.
 */
export function curlCommand(base: URL, origin: string): string {
  return curlCommandFor(new URL('v2/', base), origin)
}

/** Returns the same for another URL. */
export function curlCommandFor({ href }: URL, origin: string): string {
  const url = inQuotes(href)
  const from = inQuotes(`Origin: ${origin}`)
  const preflight = `-H "Access-Control-Request-Method: PATCH" -H "Access-Control-Request-Headers: ${HEADERS}"`
  return `curl -sS -I -X OPTIONS -H ${from} ${preflight} ${url} --next -sS -I -X GET -H ${from} ${url}`
}

/** An address may come from a link of a stranger. */
function inQuotes(text: string): string {
  return `"${text.replaceAll(/[^\w\-.~:/[\]%@ ]/g, (character) => encodeURIComponent(character).replace(/^[!'()*]$/, (rest) => `%${rest.charCodeAt(0).toString(16)}`))}"`
}
