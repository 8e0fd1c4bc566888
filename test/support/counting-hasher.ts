import type { CreateHasher } from '../../src/index.ts'

/** A hasher that keeps count of the bytes that it hashes. */
export interface CountingHasher {
  readonly createHasher: CreateHasher
  readonly bytes: number
}

export function countingHasher(createHasher: CreateHasher): CountingHasher {
  let bytes = 0
  return {
    get bytes() {
      return bytes
    },
    async createHasher(state) {
      const hasher = await createHasher(state)
      return {
        ...hasher,
        update(piece) {
          bytes += piece.length
          hasher.update(piece)
        },
      }
    },
  }
}
