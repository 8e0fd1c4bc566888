import { cpSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { defineConfig } from 'vitepress'
import { breakCode } from '../code.js'
import { KOREAN_SEARCH, KOREAN_WORDS } from '../korean.js'
import { anchorOf, linkPages } from '../links.js'
import { DEMO, NO_PAGES, pageOf, ROOT } from '../pages.js'
import { checkSidebar, koreanSidebar, sidebar } from '../sidebar.js'

/** @type {Map<string, string>} */
const linkedFiles = new Map()

export default defineConfig({
  title: 'registry-api-v2-client',
  description: 'Push, pull, copy and build container images in a page, Node, Deno, Bun and a terminal',
  srcDir: ROOT,
  srcExclude: NO_PAGES,
  outDir: join(ROOT, 'dist-docs'),
  rewrites: pageOf,
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  // The site works below any path.
  base: './',
  // The demo is built later.
  ignoreDeadLinks: [/^http:\/\/localhost/, /demo\/index$/],
  markdown: {
    anchor: { slugify: anchorOf },
    config: (md) => {
      linkPages(md, linkedFiles)
      breakCode(md)
    },
  },
  locales: {
    root: { label: 'English', lang: 'en' },
    ko: {
      label: '한국어',
      lang: 'ko',
      description: '웹 페이지, Node, Deno, Bun, 터미널에서 컨테이너 이미지를 푸시하고, 풀하고, 복사하고, 빌드합니다',
      link: '/ko/',
      themeConfig: {
        ...KOREAN_WORDS,
        nav: [{ text: '사용해 보기', link: `/${DEMO}`, target: '_self' }],
        sidebar: koreanSidebar,
      },
    },
  },
  themeConfig: {
    nav: [{ text: 'Try it', link: `/${DEMO}`, target: '_self' }],
    sidebar,
    outline: [2, 3],
    search: { provider: 'local', options: { locales: { ko: { translations: KOREAN_SEARCH } } } },
    i18nRouting: false,
    notFound: {
      title: 'Page not found',
      quote: 'Check the address.',
      linkLabel: 'Go to the start page',
      linkText: 'Go to the start page',
    },
  },
  // The repository has a configuration of its own for the package. The index of the search is one large chunk.
  vite: { configFile: false, build: { chunkSizeWarningLimit: 4000 } },
  buildEnd({ outDir, pages }) {
    checkSidebar(pages.map(pageOf))
    for (const [file, place] of linkedFiles) {
      mkdirSync(dirname(join(outDir, place)), { recursive: true })
      cpSync(join(ROOT, file), join(outDir, place))
    }
  },
})
