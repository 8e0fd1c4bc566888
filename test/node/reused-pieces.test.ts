import { afterEach, describe, expect, inject, it, onTestFinished } from 'vitest'
import { openRegistry, pushDockerTar, type Source } from '../../src/node/index.ts'
import { createNativeHasher } from '../../src/node/native-sha256.ts'
import { digestOf } from '../../src/oci/digest.ts'
import { createBlobReader } from '../../src/registry/upload/blob-reader.ts'
import { toSource } from '../../src/source/from.ts'
import { createTestArchive, createTestRegistry } from '../../src/testing/index.ts'

// Node's own fetch has sent a piece of a stream when it asks for the next but one: so a stream needs room for a few pieces, however long it is.

const MIB = 2 ** 20
const archive = createTestArchive({ images: [{ layers: [{ file: 'x'.repeat(12 * MIB) }] }] })
const nodeFetch = globalThis.fetch
const push = { chunkSize: 4 * MIB, verify: true }

afterEach(() => {
  globalThis.fetch = nodeFetch
})

/** What Node's fetch sends by. */
interface Dispatcher {
  dispatch(...request: unknown[]): unknown
}

/** A file that notes which room it was given for what is read. */
async function roomySource(): Promise<Source & { readonly rooms: (ArrayBuffer | undefined)[] }> {
  const bytes = await archive
  const rooms: (ArrayBuffer | undefined)[] = []
  return {
    rooms,
    size: bytes.byteLength,
    async read(start, end, _, into) {
      if (end - start > 100_000) rooms.push(into?.buffer)
      const room = into?.subarray(0, end - start) ?? new Uint8Array(end - start)
      room.set(bytes.subarray(start, end))
      return room
    },
  }
}

describe('the pieces of a streamed blob', () => {
  it("are read into three buffers in turn where Node's own fetch sends them", async () => {
    const source = await roomySource()
    const repository = `pieces/${Date.now().toString(36)}`
    await pushDockerTar(source, inject('registryUrl'), repository, 'v1', push)
    expect(source.rooms.length).toBeGreaterThan(20)
    expect(source.rooms).not.toContain(undefined)
    expect(new Set(source.rooms).size).toBe(3)
  })

  it('have bytes of their own where something has put itself in front of fetch, and may keep them', async () => {
    const source = await roomySource()
    const embedded = createTestRegistry()
    globalThis.fetch = async (input, init) => {
      const request = new Request(input, init)
      const pieces: Uint8Array<ArrayBuffer>[] = []
      for await (const piece of request.body ?? []) pieces.push(piece)
      const { url, method, headers } = request
      return embedded.fetch(new Request(url, { method, headers, ...(pieces[0] && { body: new Blob(pieces) }) }))
    }
    await pushDockerTar(source, 'https://registry.test', 'a', 'v1', push)
    expect(new Set(source.rooms)).toEqual(new Set([undefined]))
  })

  it('have bytes of their own where the registry has a fetch of its own, and where the caller wants it so', async () => {
    const url = inject('registryUrl')
    const repository = `pieces/own-${Date.now().toString(36)}`
    const own = await roomySource()
    await pushDockerTar(own, openRegistry(url, { fetch: (request) => nodeFetch(request) }), repository, 'v1', push)
    const wanted = await roomySource()
    await pushDockerTar(wanted, url, `${repository}-2`, 'v1', { ...push, runtime: { reusesPieces: false } })
    expect(new Set([...own.rooms, ...wanted.rooms])).toEqual(new Set([undefined]))
  })

  it("have bytes of their own where another agent sends what goes by Node's fetch", async () => {
    const url = inject('registryUrl')
    // Node has an agent once its fetch was used.
    await nodeFetch(`${url}/v2/`)
    const globals = globalThis as unknown as Record<symbol, Dispatcher | undefined>
    const [current, next] = [1, 2].map((version) => Symbol.for(`undici.globalDispatcher.${version}`)) as [
      symbol,
      symbol,
    ]
    const name = globals[next] ? next : current
    const agent = globals[name] as Dispatcher
    class TracingAgent {
      dispatch(...request: unknown[]) {
        return agent.dispatch(...request)
      }
    }
    globals[name] = new TracingAgent()
    onTestFinished(() => {
      globals[name] = agent
    })
    const source = await roomySource()
    await pushDockerTar(source, url, `pieces/mock-${Date.now().toString(36)}`, 'v1', push)
    expect(new Set(source.rooms)).toEqual(new Set([undefined]))
  })

  it('have new room after a request that broke off, which may be sending the old pieces still', async () => {
    const source = await roomySource()
    const content = { mediaType: 'x', size: source.size, digest: await digestOf(await archive, createNativeHasher) }
    const reader = await createBlobReader({ ...content, source: toSource(source) }, 'the blob', {
      createHasher: createNativeHasher,
      reusesPieces: true,
    })
    const roomsOf = async (start: number, end: number) => {
      source.rooms.length = 0
      for await (const _ of reader.stream(start, end, undefined));
      return new Set(source.rooms)
    }
    const first = await roomsOf(0, 4 * MIB)
    const next = await roomsOf(4 * MIB, 8 * MIB)
    const again = await roomsOf(4 * MIB, 8 * MIB)
    expect(next).toEqual(first)
    expect(again.size).toBe(3)
    expect([...again].filter((room) => next.has(room))).toEqual([])
  })
})
