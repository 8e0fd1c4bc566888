import { TASKS } from './reference/tasks.js'

// The order of the pages, with short titles.

/** @typedef {readonly [title: string, page: string]} Entry */

/** @type {ReadonlyArray<readonly [title: string, entries: readonly Entry[]]>} */
const ENGLISH = [
  [
    'Start',
    [
      ['Overview', 'index'],
      ['Install', 'install'],
      ['Bundlers and runtimes', 'bundlers'],
      ['In a page', 'start/page'],
      ['Node', 'start/node'],
      ['Deno', 'start/deno'],
      ['Bun', 'start/bun'],
      ['Terminal', 'start/terminal'],
      ['CI', 'start/ci'],
      ['From the Python library', 'from-python'],
      ['How images work', 'how-images-work'],
    ],
  ],
  [
    'Guides',
    [
      ['Recipes', 'recipes'],
      ['Archives that open', 'archives'],
      ['Uploads', 'uploads'],
      ['Plans', 'plans'],
      ['Compression', 'compression'],
      ['Pull and copy', 'pull-and-copy'],
      ['Build and edit images', 'edit'],
      ['Artifacts', 'artifacts'],
      ['Look, tag and delete', 'manage'],
      ['Sign in', 'sign-in'],
      ['Check a registry', 'doctor'],
      ['Test your program', 'testing'],
      ['Upgrade', 'upgrading'],
    ],
  ],
  [
    'Pages',
    [
      ['The page', 'page'],
      ['The page on your intranet', 'page-setup'],
      ['The page compared', 'page-compared'],
      ['The push form as an element', 'element'],
      ['Pages and CORS', 'cors'],
      ['Workers', 'workers'],
    ],
  ],
  [
    'Examples',
    [
      ['All examples', 'examples/index'],
      ['A plain page', 'examples/page'],
      ['React', 'examples/react'],
      ['Vue', 'examples/vue'],
      ['A Node script', 'examples/node'],
      ['Many pushes at once', 'examples/concurrent'],
      ['A Deno script', 'examples/deno'],
      ['A Bun script', 'examples/bun'],
      ['CI jobs', 'examples/ci'],
      ['A relay', 'examples/relay'],
      ['An air-gapped registry', 'examples/air-gapped'],
    ],
  ],
  [
    'Terminal',
    [
      ['The command', 'cli'],
      ['Commands and options', 'cli-reference'],
      ['Compared with other tools', 'cli-compared'],
    ],
  ],
  [
    'Registries',
    [
      ['What registries do', 'registries'],
      ['Your registry and your page', 'registries-and-pages'],
      ['At scale', 'at-scale'],
    ],
  ],
  [
    'Reference',
    [
      ['All functions', 'functions'],
      ...TASKS.map(({ title, page }) => /** @type {Entry} */ ([title, `reference/${page}`])),
      ['The element', 'reference/element'],
      ['Testing', 'reference/testing'],
      ['Types', 'reference/types'],
      ['Error codes', 'errors'],
    ],
  ],
  [
    'Quality',
    [
      ['Security', 'security'],
      ['Benchmarks', 'benchmarks'],
      ['Measurements', 'measurements'],
      ['Architecture', 'architecture'],
      ['Contributing', 'contributing'],
      ['Changelog', 'changelog'],
    ],
  ],
]

/** @type {typeof ENGLISH} */
const KOREAN = [
  [
    '시작',
    [
      ['개요', 'ko/index'],
      ['Python 라이브러리에서 옮겨 오기', 'ko/from-python'],
      ['용어와 문체', 'ko/glossary'],
    ],
  ],
]

/** @param {typeof ENGLISH} groups */
function sidebarOf(groups) {
  return groups.map(([text, entries]) => ({
    text,
    collapsed: false,
    items: entries.map(([text, page]) => ({ text, link: `/${page}` })),
  }))
}

export const sidebar = sidebarOf(ENGLISH)
export const koreanSidebar = sidebarOf(KOREAN)

/** The titles of the pages, by their files. */
export const titles = new Map(
  [...ENGLISH, ...KOREAN].flatMap(([, entries]) => entries.map(([title, page]) => [`${page}.md`, title])),
)

/**
 * Every page stands in a sidebar, once.
 *
 * @param {readonly string[]} pages The files of the site.
 */
export function checkSidebar(pages) {
  const placed = [...ENGLISH, ...KOREAN].flatMap(([, entries]) => entries.map(([, page]) => `${page}.md`))
  const twice = placed.filter((page, index) => placed.indexOf(page) !== index)
  if (twice.length > 0) throw new Error(`site/sidebar.js has these pages twice: ${twice.join(', ')}`)
  const left = pages.filter((page) => !placed.includes(page))
  if (left.length > 0) throw new Error(`Put these pages into site/sidebar.js: ${left.join(', ')}`)
}
