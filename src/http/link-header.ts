/** A link: `<target>`, or the bare target that Cloudflare writes. */
const TARGET = /[\s,]*(?:<([^>]*)>|([^\s;<>"]+))/y
/** A parameter of a link. Once it has its `;` it cannot fail, so that the header is read in linear time. */
const PARAMETER = /\s*;\s*([^\s=;,"]*)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*)))?/sy

/**
 * Finds the query of the next page in a `Link` header: `<…?last=v9>; rel="next"` (RFC 8288 § Link Serialisation in HTTP
 * Headers).
 *
 * @returns the text after `?`, which may be empty; nothing if there is no next page
 */
export function nextQuery(header: string | null): string | undefined {
  const text = header ?? ''
  let position = 0
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = position
    const match = pattern.exec(text)
    if (match) position = pattern.lastIndex
    return match
  }
  for (let link = take(TARGET); link; link = take(TARGET)) {
    let isNext = false
    for (let parameter = take(PARAMETER); parameter; parameter = take(PARAMETER)) {
      const [, name, quoted, bare = ''] = parameter
      isNext ||= name?.toLowerCase() === 'rel' && relationsOf(quoted ?? bare).includes('next')
    }
    if (isNext) return queryOf(link[1] ?? link[2] ?? '')
  }
  return undefined
}

function relationsOf(text: string): readonly string[] {
  return text.toLowerCase().split(/\s+/)
}

function queryOf(target: string): string {
  const start = target.indexOf('?')
  return start < 0 ? '' : (target.slice(start + 1).split('#', 1)[0] as string)
}
