import { describe, expect, it } from 'vitest'
import { appendLayer, type Image, TarReadError, ValidationError } from '../../src/index.ts'
import { rejection } from '../support/errors.ts'
import { appArchive, multiArchive, openLayout } from '../support/writing.ts'

// Files that cannot be in a layer, and images that cannot get one.

const append = async (files: unknown, options: unknown = {}) =>
  appendLayer((await appArchive()).images[0] as Image, files as never, options as never)
const [multi] = (await multiArchive()).images as [Image]

describe('appendLayer()', () => {
  it.each<[string, object, RegExp]>([
    ['an absolute path', { '/etc/passwd': '' }, /path "\/etc\/passwd" is absolute; .*\{ at \}/],
    ['a path with ".."', { 'a/../b': '' }, /path "a\/\.\.\/b" has "\.\."/],
    ['a path that names no file', { './': {} }, /path "\.\/" names no file/],
    ['a path with a null character', { 'a\0b': '' }, /has a null character/],
    ['a path that is no Unicode', { 'a\ud800': '' }, /is not valid Unicode/],
    ['the name of a marker', { 'a/.wh.b': '' }, /begins with "\.wh\.", .*\{ remove \}/],
    ['a name that is too long', { ['x'.repeat(256)]: '' }, /name of more than 255 bytes/],
    ['a path that is too long', { [`${'x/'.repeat(2048)}y`]: '' }, /longer than 4096 bytes/],
    ['the same path twice', { a: '', './a': '' }, /two files have the path "a"/],
    ['a file and a folder of one name', { a: '', 'a/': {} }, /two files have the path "a"/],
    ['a file where a folder is needed', { a: '', 'a/b/c': '' }, /"a" is a file, but "a\/b\/c" needs a folder there/],
    ['a link where a folder is needed', { a: { link: 'b' }, 'a/b': '' }, /"a" is a link, but "a\/b" needs a folder/],
    ['a link without a target', { a: { link: '' } }, /target of the link "a" is empty/],
    ['no file', {}, /it has no files/],
  ])('rejects %s', async (_, files, message) => {
    const error = await rejection(append(files), ValidationError, message)
    expect([error.code, typeof error.remedy]).toEqual(['LAYER_INVALID', 'string'])
  })

  it('rejects a filter that leaves nothing', async () => {
    await rejection(append({ a: '' }, { filter: () => false }), ValidationError, /has no files; .*\{ filter \}/)
  })

  it.each<[string, unknown, unknown, typeof TypeError | typeof RangeError, RegExp]>([
    ['a path where there is no file system', 'dist', {}, TypeError, /the path of a folder$/],
    ['bytes as files', new Uint8Array(1), {}, TypeError, /pass files by their paths/],
    ['null as files', null, {}, TypeError, /from null: pass files/],
    ['a list of texts', ['a'], {}, TypeError, /pass files by their paths, a list of File/],
    ['a number as a file', { a: 1 }, {}, TypeError, /file "a" has to be a string, bytes, a Blob or a Source, not 1$/],
    ['null as a file', { a: null }, {}, TypeError, /file "a" has to be .*, not null$/],
    ['a promise as a file', { a: Promise.resolve('x') }, {}, TypeError, /not a promise$/],
    ['content for a folder', { 'a/': 'x' }, {}, TypeError, /that of a folder, because it ends with a slash/],
    ['a link that is no text', { a: { link: 1 } }, {}, TypeError, /link of "a" has to be a string, not 1$/],
    ['a negative mode', { a: { content: '', mode: -1 } }, {}, RangeError, /mode of "a"/],
    ['a mode that is too large', { a: '' }, { mode: 0o10000 }, RangeError, /mode of "a": it has to be at most/],
    ['a uid that is no number', { a: '' }, { uid: 'root' }, RangeError, /uid/],
    ['a date that is no Date', { a: '' }, { mtime: '2026' }, TypeError, /mtime: it has to be a Date from 1970/],
    ['a date before 1970', { a: '' }, { mtime: new Date(-1) }, TypeError, /mtime: it has to be a Date from 1970/],
    ['a filter that is no function', { a: '' }, { filter: 'a' }, TypeError, /filter: it has to be a function/],
    ['an async filter', { a: '' }, { filter: async () => false }, TypeError, /return true or false, not a promise$/],
    ['a URL as files', new URL('file:///dist'), {}, TypeError, /pass files by their paths/],
    ['a Blob as files', new Blob(['x']), {}, TypeError, /pass files by their paths/],
    ['null as the date', { a: '' }, { created: null }, TypeError, /created: it has to be a string in RFC 3339/],
    ['an unknown compression', { a: '' }, { compress: 'xz' }, TypeError, /compress has to be "gzip" or "zstd"/],
    ['one path to remove', { a: '' }, { remove: 'b' }, TypeError, /remove: it has to be an array/],
    ['a number as "at"', { a: '' }, { at: 1 }, TypeError, /at: it has to be a path/],
    ['a number as createdBy', { a: '' }, { createdBy: 1 }, TypeError, /createdBy: it has to be a string/],
  ])('rejects %s', async (_, files, options, type, message) => {
    await rejection(append(files, options), type, message)
  })

  it.each([
    ['leads out of the root', '../x'],
    ['has a null character', 'a\0'],
  ])('rejects a folder in the image that %s', async (_, at) => {
    await rejection(append({ a: '' }, { at }), ValidationError, /the path/)
  })

  it('rejects something that is no image', async () => {
    await rejection(appendLayer({} as never, { a: '' }), TypeError, /as an image: pass/)
  })

  it('rejects an image for Windows', async () => {
    const archive = await openLayout(async (layout) => layout.list({ ...(await layout.addImage({ os: 'windows' })) }))
    const error = await rejection(appendLayer(archive.images[0] as Image, { a: '' }), ValidationError, /for Windows/)
    expect(error.code).toBe('NOT_SUPPORTED')
  })

  it('rejects a file that breaks off, and names it', async () => {
    const short = { size: 10, read: async () => new Uint8Array(3) }
    const error = await rejection(append({ 'a/b': short }), TarReadError, /^Cannot add "a\/b" to the layer: .*shorter/)
    expect([error.code, error.path]).toEqual(['FILE_UNREADABLE', 'a/b'])
  })

  it('rejects with the reason of an abort', async () => {
    const aborting = new AbortController()
    const file = {
      size: 2 * 1024 * 1024,
      async read(start: number, end: number) {
        aborting.abort(new Error('enough'))
        return new Uint8Array(end - start)
      },
    }
    await rejection(append({ file }, { signal: aborting.signal }), Error, /^enough$/)
  })
})

describe('appendLayer() to an index', () => {
  it('asks for a choice', async () => {
    const error = await rejection(
      appendLayer(multi, { a: '' }),
      ValidationError,
      /several images \(linux\/arm64, linux/,
    )
    expect(error.code).toBe('IMAGE_NOT_CHOSEN')
    expect(error.remedy).toBe(
      `choose one with { platform: "linux/arm64" }, or add the layer to each with { platforms: 'all' }`,
    )
  })

  it('rejects a platform that it does not have', async () => {
    const asked = { platform: 'linux/s390x' }
    expect((await rejection(appendLayer(multi, { a: '' }, asked), ValidationError)).code).toBe('PLATFORM_MISSING')
    const list = { platforms: ['linux/amd64', 'linux/s390x'] }
    expect((await rejection(appendLayer(multi, { a: '' }, list), ValidationError)).code).toBe('PLATFORM_MISSING')
    expect((await rejection(append({ a: '' }, list), ValidationError)).code).toBe('PLATFORM_MISSING')
  })

  it('rejects one platform and a list of platforms together', async () => {
    const both = { platform: 'linux/amd64', platforms: ['linux/amd64'] }
    await rejection(appendLayer(multi, { a: '' }, both), TypeError, /pass one of platform and platforms/)
  })

  it('reads no file before the choice is checked', async () => {
    const file = { size: 1, read: () => expect.fail('the file was read') }
    await rejection(appendLayer(multi, { file }), ValidationError, /several images/)
  })
})
