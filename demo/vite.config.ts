import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

const pathTo = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))

export default defineConfig({
  root: pathTo('.'),
  // Apart from other servers of this repository, so that they do not fight over one cache.
  cacheDir: pathTo('../node_modules/.vite/demo'),
  resolve: { alias: { 'registry-api-v2-client': pathTo('../src/index.ts') } },
  // The sources are outside of the root.
  server: { fs: { allow: [pathTo('..')] } },
})
