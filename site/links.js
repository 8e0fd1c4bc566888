import { posix } from 'node:path'
import { placeOf, ROOT } from './pages.js'
import { titles } from './sidebar.js'

// Links lead from file to file in the repository, and from page to page in the site.

/**
 * Changes the links of the Markdown files into links of the site. A link whose text is the name of a file gets the title
 * of the page as its text.
 *
 * @param {import('markdown-it')} md
 * @param {Map<string, string>} linkedFiles Gets the files that are no pages: their paths in the repository and in the site.
 */
export function linkPages(md, linkedFiles) {
  md.core.ruler.after('inline', 'link-pages', ({ tokens, env }) => {
    const file = posix.relative(ROOT, env.realPath ?? env.path)
    const parts = tokens.flatMap(({ children }) => children ?? [])
    for (const [index, token] of parts.entries()) {
      const href = token.type === 'link_open' ? token.attrGet('href') : null
      if (!href || /^(?:#|[a-z]+:)/.test(href)) continue
      const { place, hash } = placeOfLink(href, file)
      const relative = posix.relative(posix.dirname(env.relativePath), place)
      token.attrSet('href', `${relative.startsWith('.') ? '' : './'}${relative}${hash}`)
      // The site loads its own pages. What is not one of them is for the browser.
      if (/^(?:demo|files)\//.test(place)) token.attrSet('target', '_self')
      const text = parts[index + 1]
      if (text && /^[\w./-]+\.md$/.test(text.content)) text.content = titles.get(place) ?? text.content
    }
  })

  /**
   * @param {string} href
   * @param {string} file The file that has the link.
   */
  function placeOfLink(href, file) {
    const [, path = '', hash = ''] = /^([^#]*)(.*)$/.exec(href) ?? []
    const target = posix.join(posix.dirname(file), decodeURI(path)).replace(/\/$/, '')
    const place = placeOf(target)
    if (place === undefined) throw new Error(`${file}: the link "${href}" leads nowhere`)
    if (place.startsWith('files/')) linkedFiles.set(target, place)
    return { place, hash }
  }
}

/**
 * Makes the anchor of a heading as repository hosts do, so that an anchor is the same in both.
 *
 * @param {string} heading
 */
export function anchorOf(heading) {
  return heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '')
    .replaceAll(' ', '-')
}
