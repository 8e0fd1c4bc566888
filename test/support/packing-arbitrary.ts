import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { type ByteMutation, byteMutations, mutateBytes } from './byte-mutation.ts'
import { zip, zstd } from './packing.ts'
import { concat } from './tar.ts'

/** One wrapping of bytes, and what happens to it then. */
export interface Wrapping {
  readonly kind: 'gzip' | 'zip-stored' | 'zip-deflated' | 'zip-of-two' | 'zstd' | 'zstd-of-two' | 'junk'
  readonly damage: readonly ByteMutation[]
}

/** What `zstd -19 --check` makes of a small archive, so that its tables and sequences are met without the program. */
const REAL_ZSTD = Buffer.from(
  'KLUv/WQATw0TAKafYiAQkx7mbcSb6KgzGRaR6nKZcWiDxz/QtudlACMAAADAd1YAVABdAAOOQ1UbQYjBq6Hoqfn/771td5sXB/9ifLz2zvOo' +
    'pKp/8cn4JkXFx2goIA+ERKr+pbUsfFU2Zhd1LyunLC8rZxW17HR9vFX1dIp2TvnVwvfaWy1ryWynFfMM5Nm01m0YgJO6nQoxiLmnZ7hrTcYr' +
    'FFFK0viDfOX8k1rTU1TmxxbPKb/K6r1UXpda/NOq6P/HzNJ7b6wqmlXL5kvFV9/Hp/7V+TNOMcY58doDtaMHHcebrn3D3B5k+O40bOuC46qk' +
    'D5lNc/ieaDrpdgwwcIHYpq2k1WxrEu88EiERKTigBYOfDQFFGMzovO2+Ya1lgukj0FwVhHjvdAZzvjXdUytYjJGPglhdf3EPF45Dl0yNbA4/' +
    'YABCg5wz/sve4ay32rmMoASIAgDF0TAERtjDOwYxoc51MAwAJAwEtBhRiO/eac0Fo+hUNV13NSZnfTsu1HPfm8PAaAT/g21NwxqpU3HXuu4D' +
    'nAlQIJBGhKgkUXE0pezSS1YPwPnJIOAk81qDm+s77NQslAcQXWfmsiEBlkxVV8YBJ50IPMFyDjxiqC1/UaagoHNZcKZu+U44eh4ggVl0xbla' +
    'AasLuF55SUxBFmsOXM1y1sRGwHcj1jUA4gP4FXJccUoxsgAvB4YOgD2AoniMBW0AUGS44SIaMDVgCuhhwCgbkKvtuvyAi8RaJ7D3C/hGtvrm' +
    'IQMiB/wnTKaqO3TjPPWeiqsAyZCljroRSOYBlED+Kpk7dcDz7lYZZrKwOmBQBhgM5yIg9t0zO4U=',
  'base64',
)
const MAGICS = [
  [0x1f, 0x8b, 0x08],
  [0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0, 0, 3],
  [0x28, 0xb5, 0x2f, 0xfd],
  [0x28, 0xb5, 0x2f, 0xfd, 0x24],
  [0x50, 0x2a, 0x4d, 0x18],
  [0x50, 0x4b, 0x03, 0x04],
  [0x50, 0x4b, 0x05, 0x06],
  [],
]

const wrapping: fc.Arbitrary<Wrapping> = fc.record({
  kind: fc.constantFrom('gzip', 'zip-stored', 'zip-deflated', 'zip-of-two', 'zstd', 'zstd-of-two', 'junk'),
  damage: fc.oneof({ arbitrary: fc.constant([]), weight: 2 }, byteMutations),
})

/** None most often; as many as go over the limit now and then. */
export const wrappings: fc.Arbitrary<readonly Wrapping[]> = fc.oneof(
  { arbitrary: fc.constant([]), weight: 4 },
  { arbitrary: fc.array(wrapping, { minLength: 1, maxLength: 2 }), weight: 16 },
  { arbitrary: fc.array(wrapping, { maxLength: 6 }), weight: 1 },
)

/** Bytes that begin as something packed does, and go on anyhow; and damaged ones of a real zstd. */
export const packedNoise: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc
    .tuple(fc.constantFrom(...MAGICS), fc.uint8Array({ maxLength: 300, size: 'max' }))
    .map(([magic, noise]) => Uint8Array.of(...magic, ...noise)),
  byteMutations.map((mutations) => mutateBytes(REAL_ZSTD, mutations)),
)

export async function wrap(bytes: Uint8Array, wrappings: readonly Wrapping[]): Promise<Uint8Array<ArrayBuffer>> {
  let wrapped: Uint8Array<ArrayBuffer> = Uint8Array.from(bytes)
  for (const { kind, damage } of wrappings) wrapped = mutateBytes(await wrapOnce(wrapped, kind), damage)
  return wrapped
}

async function wrapOnce(bytes: Uint8Array, kind: Wrapping['kind']): Promise<Uint8Array> {
  const half = Math.floor(bytes.length / 2)
  switch (kind) {
    case 'gzip':
      return gzipSync(bytes)
    case 'zip-stored':
      return zip({ 'image.tar': bytes }, { stored: true })
    case 'zip-deflated':
      return zip({ 'image.tar': bytes })
    case 'zip-of-two':
      return zip({ 'image.tar': bytes, '.DS_Store': bytes }, { stored: true })
    case 'zstd':
      return zstd(bytes)
    case 'zstd-of-two':
      return concat([zstd(bytes.subarray(0, half)), zstd(bytes.subarray(half))])
    case 'junk':
      return concat([bytes, Uint8Array.of(1, 2, 3)])
  }
}
