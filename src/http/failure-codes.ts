/** Remedies for failures, by their codes. */
const REMEDIES: ReadonlyArray<readonly [code: RegExp, remedy: string]> = [
  [
    /SELF_SIGNED|UNABLE_TO|UNKNOWN_ISSUER/,
    'its certificate is of nobody who is trusted here: in Node pass { fetch: createFetch({ ca }) }',
  ],
  [/ALTNAME/, 'its certificate is for another name: check the URL'],
  [/CERT_HAS_EXPIRED/, 'its certificate has expired'],
  [/WRONG_VERSION_NUMBER|PACKET_LENGTH/, 'it does not speak TLS: is it at http://?'],
  [/PROXY_ANSWERED_407/, 'the proxy wants a user and a password in its URL'],
]

/** Returns the remedy for a failure, as it follows the code in a message. */
export function remedyFor(code: string, url: string): string {
  const remedy = REMEDIES.find(([pattern]) => pattern.test(code))?.[1]
  const isTlsWanted = code === 'UND_ERR_SOCKET' && url.startsWith('http:')
  return `${remedy ? `; ${remedy}` : ''}${isTlsWanted ? '; is it at https://?' : ''}`
}
