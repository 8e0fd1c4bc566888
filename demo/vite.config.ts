import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

const pathTo = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))

export default defineConfig({
  root: pathTo('.'),
  // Apart from other servers of this repository, so that they do not fight over one cache.
  cacheDir: pathTo('../node_modules/.vite/demo'),
  resolve: { alias: { 'registry-api-v2-client': pathTo('../src/index.ts') } },
  // What the Worker imports is made ready before, too: what is met on the way would load the page anew.
  optimizeDeps: { entries: ['index.html', 'worker.ts'] },
  worker: { format: 'es' },
  // The sources are outside of the root.
  server: { fs: { allow: [pathTo('..')] } },
})
