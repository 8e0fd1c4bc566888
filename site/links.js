import { posix } from 'node:path'
import { placeOf, ROOT } from './pages.js'

// Links lead from file to file in the repository, and from page to page in the site.

/**
 * Changes the links of the Markdown files into links of the site.
 *
 * @param {import('markdown-it')} md
 * @param {Map<string, string>} linkedFiles Gets the files that are no pages: their paths in the repository and in the site.
 */
export function linkPages(md, linkedFiles) {
  md.core.ruler.after('inline', 'link-pages', ({ tokens, env }) => {
    const file = posix.relative(ROOT, env.realPath ?? env.path)
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const href = token.type === 'link_open' ? token.attrGet('href') : null
      if (!href || /^(?:#|[a-z]+:)/.test(href)) continue
      const place = linkInSite(href, file, env.relativePath)
      token.attrSet('href', place)
      // The site loads its own pages. What is not one of them is for the browser.
      if (/\/(?:demo|files)\//.test(place)) token.attrSet('target', '_self')
    }
  })

  /**
   * @param {string} href
   * @param {string} file The file that has the link.
   * @param {string} page The page that it becomes.
   */
  function linkInSite(href, file, page) {
    const [, path = '', hash = ''] = /^([^#]*)(.*)$/.exec(href) ?? []
    const target = posix.join(posix.dirname(file), decodeURI(path)).replace(/\/$/, '')
    const place = placeOf(target)
    if (place === undefined) throw new Error(`${file}: the link "${href}" leads nowhere`)
    if (place.startsWith('files/')) linkedFiles.set(target, place)
    const relative = posix.relative(posix.dirname(page), place)
    return `${relative.startsWith('.') ? '' : './'}${relative}${hash}`
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
