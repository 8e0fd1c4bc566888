import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'
import { inlineWorker } from '../scripts/inline-worker.js'
import { withPolicy } from './hosting/content-security-policy.ts'

const pathTo = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))

export default defineConfig({
  root: pathTo('.'),
  // Addresses in the built page are relative, so that it works below any path.
  base: './',
  plugins: [inlineWorker, withPolicy],
  // Apart from other servers of this repository, so that they do not fight over one cache.
  cacheDir: pathTo('../node_modules/.vite/demo'),
  resolve: {
    alias: {
      'registry-api-v2-client/element': pathTo('../src/element/index.ts'),
      'registry-api-v2-client/testing': pathTo('../src/testing/index.ts'),
      'registry-api-v2-client': pathTo('../src/index.ts'),
    },
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  // Prepares all dependencies at the start: one that is found later makes vite reload the page.
  optimizeDeps: { entries: ['index.html', 'worker/main.ts', '../src/element/**/*.ts?(x)', '**/*.tsx'] },
  worker: { format: 'es', plugins: () => [inlineWorker] },
  // The sources are outside of the root.
  server: { fs: { allow: [pathTo('..')] } },
  build: {
    outDir: pathTo('../dist-demo'),
    emptyOutDir: true,
    target: 'es2022',
    // The policy of the page allows no inline code and no code in "data:".
    assetsInlineLimit: 0,
    license: { fileName: 'third-party-licenses.md' },
  },
})
