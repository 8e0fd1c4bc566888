import { show } from '../check-options.ts'

/** Takes the origin of a page. The URL of the page will do. */
export function parseOrigin(origin: string | URL | undefined): string {
  const url = URL.canParse(String(origin)) ? new URL(String(origin)) : undefined
  if (url && /^https?:$/.test(url.protocol)) return url.origin
  throw new TypeError(`Cannot use origin: it has to be like "https://page.example.com", not ${show(origin)}`)
}
