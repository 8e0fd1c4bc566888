import { describe, expect, it, onTestFinished } from 'vitest'
import { openImage, ResponseError, ValidationError } from '../../src/index.ts'
import { rejection } from '../support/errors.ts'
import { createLayout, withPlatform } from '../support/layout.ts'
import { openStored } from '../support/stored-layout.ts'

const INDEX = 'application/vnd.oci.image.index.v1+json'
const pause = (milliseconds: number) =>
  new Promise<undefined>((resolve) => setTimeout(resolve, milliseconds, undefined))

/** An index of images that differ. */
async function createPlatforms(count: number) {
  const layout = createLayout()
  const entries = []
  for (let number = 0; number < count; number++) {
    const image = await layout.addImage({ architecture: `cpu${number}` })
    entries.push(withPlatform(image, `linux/cpu${number}`))
  }
  return { layout, entries, digests: entries.map(({ digest }) => digest as string) }
}

/** Counts the requests that are under way at once. */
function createMeter(answer: () => Promise<undefined>) {
  const meter = { now: 0, most: 0, total: 0 }
  async function change() {
    meter.now++
    meter.total++
    meter.most = Math.max(meter.most, meter.now)
    try {
      return await answer()
    } finally {
      meter.now--
    }
  }
  return { meter, change }
}

describe('openImage() of many platforms', () => {
  it('reads several manifests and configs at once, each once, and keeps the order of the index', async () => {
    const { layout, entries, digests } = await createPlatforms(20)
    const { meter, change } = createMeter(() => pause(50))
    const warnings: Error[] = []
    const note = (warning: Error) => warnings.push(warning)
    process.on('warning', note)
    onTestFinished(() => void process.off('warning', note))
    const { registry, paths } = openStored(layout, await layout.addIndex(entries), change)
    const image = await openImage(registry, 'team/app', 'v1', { signal: new AbortController().signal })
    expect(image.children.map(({ manifest }) => manifest.digest)).toEqual(digests)
    expect(new Set(paths()).size).toBe(41)
    expect(paths()).toHaveLength(41)
    expect(meter.most).toBeGreaterThan(4)
    expect(meter.most).toBeLessThanOrEqual(9)
    expect(warnings).toEqual([])
  })

  it('reads the same image, whichever answer comes first', async () => {
    const { layout, entries, digests } = await createPlatforms(12)
    const inner = await layout.addIndex(entries.slice(0, 6))
    const outer = await layout.addIndex([...entries.slice(6), { ...inner }, ...entries])
    let number = 0
    const { registry, paths } = openStored(layout, outer, () => pause(number++ % 2 === 0 ? 20 : 0))
    const image = await openImage(registry, 'team/app', 'v1')
    const under = image.children.map(({ manifest }) => manifest.digest)
    expect(under).toEqual([...digests.slice(6), inner.digest, ...digests])
    expect(image.children[6]?.children.map(({ manifest }) => manifest.digest)).toEqual(digests.slice(0, 6))
    expect(paths()).toHaveLength(26)
  })

  it.each([
    ['manifests', 5, /more than 5 manifests/],
    ['totalJsonSize', 70_000, /more than 70000 bytes/],
  ] as const)('stops at the limit %s a few requests later', async (limit, value, message) => {
    const { layout, entries } = await createPlatforms(300)
    const { registry, paths } = openStored(layout, await layout.addIndex(entries))
    const opening = openImage(registry, 'team/app', 'v1', { limits: { [limit]: value } })
    const error = await rejection(opening, ValidationError, message)
    expect(error).toMatchObject({ code: 'LIMIT_EXCEEDED' })
    expect(paths().length).toBeLessThan(100)
  })

  it('names the first manifest that is lost, and ends the requests of the others', async () => {
    const { layout, entries, digests } = await createPlatforms(40)
    let aborted = 0
    const { registry, paths } = openStored(layout, await layout.addIndex(entries), (path, request) => {
      if (path.endsWith(digests[1] as string)) return new Response('{}', { status: 403 })
      if (path.endsWith(digests[0] as string) || /blobs|v1$/.test(path)) return undefined
      return new Promise((_, reject) =>
        request.signal.addEventListener('abort', () => {
          aborted++
          reject(request.signal.reason)
        }),
      )
    })
    const error = await rejection(openImage(registry, 'team/app', 'v1'), ResponseError)
    expect(error.url).toContain(digests[1])
    const count = paths().length
    expect(count).toBeLessThan(14)
    await pause(50)
    expect(paths()).toHaveLength(count)
    expect(aborted).toBeGreaterThan(4)
  })

  it('ends all requests at an abort, with its reason', async () => {
    const { layout, entries } = await createPlatforms(40)
    const aborting = new AbortController()
    let aborted = 0
    const { registry } = openStored(layout, await layout.addIndex(entries), (path, request) => {
      if (path.endsWith('v1')) return undefined
      setTimeout(() => aborting.abort(new Error('enough')), 20)
      return new Promise((_, reject) =>
        request.signal.addEventListener('abort', () => {
          aborted++
          reject(request.signal.reason)
        }),
      )
    })
    await expect(openImage(registry, 'a', 'v1', { signal: aborting.signal })).rejects.toThrow('enough')
    expect(aborted).toBeGreaterThan(4)
    expect(aborted).toBeLessThanOrEqual(9)
  })

  it('ends where two indexes list the same images, and one another by a wrong digest', { timeout: 5000 }, async () => {
    const { layout, entries } = await createPlatforms(10)
    const first = await layout.addIndex(entries)
    const second = await layout.addIndex([{ ...first }, ...entries.toReversed(), { ...first, size: 1 }])
    const { registry } = openStored(layout, await layout.addIndex([{ ...second }, { ...first }]))
    const error = await rejection(openImage(registry, 'a', 'v1'), ValidationError)
    expect(error.code).toBe('IMAGE_INVALID')
  })

  it('ends at an index that claims to list itself', { timeout: 5000 }, async () => {
    const layout = createLayout()
    const digest = `sha256:${'a'.repeat(64)}`
    const entry = { mediaType: INDEX, digest, size: 1 }
    const { registry } = openStored(layout, await layout.addIndex([entry, entry]), (path) =>
      path.endsWith(digest) ? Response.json({ schemaVersion: 2, mediaType: INDEX, manifests: [entry] }) : undefined,
    )
    await expect(openImage(registry, 'a', 'v1')).rejects.toThrow(/sha256:aaaa/)
  })
})
