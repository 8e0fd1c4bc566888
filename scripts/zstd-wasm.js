import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

// Writes the decoder of zstd that `zstddec` has, in WebAssembly, into the source: npm run zstd-wasm
// zstddec fetches it from a data: URL, and few pages have a policy that allows it.

const FILE = fileURLToPath(new URL('../src/unpack/zstd-wasm.ts', import.meta.url))

/** Reads the decoder of the installed zstddec, with its license, as the source of a module. */
export function readSource() {
  const text = readFileSync(createRequire(import.meta.url).resolve('zstddec/stream'), 'utf8')
  const [, license, wasm] = /(\/\*\*\n\* BSD License\n.*?\*\/)\nconst wasm = "([\w+/=]+)"/s.exec(text) ?? []
  if (license === undefined) throw new Error('zstddec has no decoder where it was: adapt scripts/zstd-wasm.js')
  const notice = license.replace('/**', '/*!').replaceAll('\n*', '\n *')
  return `${notice}

/** The decoder in Base64. Written by \`npm run zstd-wasm\`. */
export const ZSTD_WASM: string =
  '${wasm}'
`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(FILE, readSource())
