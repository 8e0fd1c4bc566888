const START = "new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })"

/**
 * Makes the script of the Worker that hashes a string in the module that starts it.
 *
 * @type {import('vite').Plugin}
 */
export const inlineWorker = {
  name: 'inline-worker',
  enforce: 'pre',
  transform(code, id) {
    if (!id.endsWith('/src/hash/package-worker.ts')) return null
    if (!code.includes(START)) this.error(`there is no ${START}`)
    return { code: `import Inline from './worker.ts?worker&inline'\n${code.replace(START, 'new Inline()')}`, map: null }
  },
}
