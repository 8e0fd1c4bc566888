import { describe, expect, it } from 'vitest'
import type { CompressionCache, StoredCompression } from '../../src/index.ts'

const KEY = `sha256:${'0'.repeat(64)} gzip 6 encoder 1.0`
const COMPRESSION: StoredCompression = { digest: `sha256:${'1'.repeat(64)}`, size: 1234 }

/**
 * What every cache of compressions does.
 *
 * @param open Opens an empty one, and gives what opens the same one again, as another process or page would.
 */
export function describeCompressionCache(name: string, open: () => Promise<() => CompressionCache>): void {
  describe(name, () => {
    it('has nothing at first, and nothing to delete', async () => {
      const cache = (await open())()
      await cache.delete(KEY)
      expect(await cache.get(KEY)).toBeUndefined()
    })

    it('gives what was set, by the same key alone, until it is replaced or deleted', async () => {
      const reopen = await open()
      await reopen().set(KEY, COMPRESSION)
      expect(await reopen().get(KEY)).toEqual(COMPRESSION)
      expect(await reopen().get(`${KEY}1`)).toBeUndefined()
      await reopen().set(KEY, { ...COMPRESSION, size: 1 })
      expect(await reopen().get(KEY)).toEqual({ ...COMPRESSION, size: 1 })
      await reopen().delete(KEY)
      expect(await reopen().get(KEY)).toBeUndefined()
    })
  })
}
