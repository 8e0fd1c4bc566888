import type { LayerFileInput, NewImage } from '../../src/index.ts'

/** Files that are the same on every runtime, and more than what is kept in memory. */
export function madeFiles(): Readonly<Record<string, LayerFileInput>> {
  const numbers = Array.from({ length: 1_500_000 }, (_, index) => (index * 2_654_435_761) % 2 ** 32)
  return {
    'app/index.js': 'console.log("hello")\n',
    'app/start': { content: '#!/bin/sh\nexec node index.js\n', mode: 0o755 },
    'app/current': { link: 'index.js' },
    [`app/${'long/'.repeat(30)}grüße.txt`]: new Blob(['hello']),
    'data/numbers': new Uint8Array(Uint32Array.from(numbers).buffer),
  }
}

/** The config of the image. */
export const MADE_CONFIG: NewImage['config'] = { cmd: ['node', 'index.js'], workingDir: '/app', env: { A: 'b' } }

/** The digests of the image with each compression, on every runtime. */
export const MADE_DIGESTS = {
  gzip: 'sha256:1d6ecae8c18932de3f49ce6752586b9003533423123ce6fd8c473e623a0e82df',
  zstd: 'sha256:926f8611ac11b7864b9499d6cdf9603dbf1fe0a7d16d8eedc8db6991de7aaea8',
} as const
