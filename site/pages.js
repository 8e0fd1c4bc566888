import { existsSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

// Which file of the repository is which page of the site. Paths are relative to the repository, or to the site.

export const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** The folder of the pages that the build writes: the reference. */
export const WRITTEN = 'site/written'

/** The demo page, with its push form. */
export const DEMO = 'demo/index.html?view=push'

/** Markdown files elsewhere are not pages. */
export const NO_PAGES = ['!(docs|site|examples)/**/*']

/** The start pages. */
const STARTS = new Map([
  ['README.md', 'index.md'],
  ['README.ko.md', 'ko/index.md'],
  ['examples/README.md', 'examples/index.md'],
])

/**
 * Returns the page that a Markdown file becomes.
 *
 * @param {string} file
 */
export function pageOf(file) {
  return (
    STARTS.get(file) ??
    file
      .replace(/^(?:docs|site\/written)\//, '')
      .replace(/^(examples\/[^/]+)\/README\.md$/, '$1.md')
      .replace(/^[A-Z]+\.md$/, (name) => name.toLowerCase())
  )
}

/**
 * Returns where the site has a file or folder of the repository. The demo is the page itself. Other files are shown as
 * text, because hosts do not know the types of all.
 *
 * @param {string} path
 * @returns {string | undefined} undefined if the repository does not have it
 */
export function placeOf(path) {
  if (path === 'demo') return DEMO
  if (!existsSync(`${ROOT}${path}`)) return undefined
  if (statSync(`${ROOT}${path}`).isDirectory()) return placeOf(`${path}/README.md`)
  if (path.endsWith('.md')) return pageOf(path)
  return `files/${path}${/\.(?:json|svg|txt)$/.test(path) ? '' : '.txt'}`
}
