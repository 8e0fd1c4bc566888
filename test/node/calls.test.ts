import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import * as portable from '../../src/index.ts'
import * as node from '../../src/node/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { rejection } from '../support/errors.ts'

// Calls as people write them in plain JavaScript, whose mistakes would lose something silently.

/** Nothing may be requested: no call gets as far. */
const unreached = () => expect.fail('a request was sent')
const registry = portable.openRegistry('https://registry.test', { fetch: unreached })
const DIGEST = `sha256:${'0'.repeat(64)}`
const place = { registry, repository: 'team/app' }
const image = { ...place, reference: 'v1' }

type Call = (options: never) => Promise<unknown>

/** Asks an iterator for its first item. */
const first = (iterator: AsyncIterator<unknown>): Promise<unknown> => iterator.next()

/** The new functions of both entries, each with the options that a caller gives. */
const shared = (sdk: typeof portable | typeof node): Readonly<Record<string, Call>> => ({
  listRepositories: (options) => sdk.listRepositories(registry, options),
  diagnoseRegistry: (options) => sdk.diagnoseRegistry(registry, options),
  readCurlOutput: (options) => sdk.readCurlOutput('HTTP/1.1 204', options),
  listTags: (options) => sdk.listTags(registry, 'team/app', options),
  iterateRepositories: (options) => first(sdk.iterateRepositories(registry, options)),
  iterateTags: (options) => first(sdk.iterateTags(registry, 'team/app', options)),
  listTagDetails: (options) => first(sdk.listTagDetails(registry, 'team/app', options)),
  keepDocuments: async (options) => sdk.keepDocuments(registry, options),
  diffImages: (options) => sdk.diffImages({} as never, {} as never, options),
  listImageFiles: (options) => first(sdk.listImageFiles({} as never, options)),
  readImageFile: (options) => sdk.readImageFile({} as never, 'etc/motd', options),
  readLayerFile: (options) => sdk.readLayerFile(registry, 'team/app', `sha256:${'a'.repeat(64)}`, 'etc/motd', options),
  listLayerFiles: (options) => first(sdk.listLayerFiles(registry, 'team/app', `sha256:${'a'.repeat(64)}`, options)),
  getImageInfo: (options) => sdk.getImageInfo(registry, 'team/app', 'v1', options),
  readBlob: (options) => sdk.readBlob(registry, 'team/app', `sha256:${'e6'.repeat(32)}`, options),
  getManifest: (options) => sdk.getManifest(registry, 'team/app', 'v1', options),
  getDigest: (options) => sdk.getDigest(registry, 'team/app', 'v1', options),
  getConfig: (options) => sdk.getConfig(registry, 'team/app', 'v1', options),
  openImage: (options) => sdk.openImage(registry, 'team/app', 'v1', options),
  pullDockerTar: (options) => sdk.pullDockerTar(registry, 'team/app', 'v1', options),
  pullBundle: (options) => sdk.pullBundle(registry, ['team/app:v1'], options),
  writeArchive: (options) => sdk.writeArchive([], options),
  setTags: (options) => sdk.setTags(registry, 'team/app', DIGEST, ['v1'], options),
  retagImage: (options) => sdk.retagImage(registry, 'team/app', 'v1', ['v2'], options),
  copyImage: (options) => sdk.copyImage(image, place, options),
  planCopy: (options) => sdk.planCopy(image, place, options),
  copyRepository: (options) => sdk.copyRepository(place, place, options),
  planDelete: (options) => sdk.planDelete(registry, 'team/app', 'v1', options),
  executeDelete: (options) => sdk.executeDelete({} as never, registry, options),
  deleteTags: (options) => sdk.deleteTags(registry, 'team/app', 'v1', options),
  undoDelete: (options) => sdk.undoDelete({} as never, registry, options),
  editImage: (options) => sdk.editImage({ manifest: {} } as never, {}, options),
  appendLayer: (options) => sdk.appendLayer({ manifest: {} } as never, {}, options),
  createImage: (options) => sdk.createImage({ files: {} }, options),
  createIndex: (options) => sdk.createIndex([], options),
  selectPlatforms: (options) => sdk.selectPlatforms({ manifest: {} } as never, 'linux/amd64', options),
  pushImage: (options) => sdk.pushImage({ manifest: {} } as never, registry, 'team/app', 'v1', options),
  listReferrers: (options) => sdk.listReferrers(registry, 'team/app', 'v1', options),
  attachArtifact: (options) => sdk.attachArtifact(registry, 'team/app', 'v1', [], options),
  pushArtifact: (options) => sdk.pushArtifact(registry, 'team/app', 'v1', [], options),
  pullArtifact: (options) => sdk.pullArtifact(registry, 'team/app', 'v1', options),
  pushStream: (options) => sdk.pushStream(new Response('x'), registry, 'team/app', 'v1', options),
})
const portableCalls = shared(portable)
const nodeCalls: Readonly<Record<string, Call>> = {
  ...shared(node),
  pullLayout: (options) => node.pullLayout(registry, 'team/app', 'v1', 'folder', options),
  saveArchive: (options) => node.saveArchive([], 'out.tar', options),
  saveLayout: (options) => node.saveLayout([], 'folder', options),
  pushDockerTar: (options) => node.pushDockerTar(new Blob(), registry, 'team/app', 'v1', options),
  pushDockerTarWithAllOriginalTags: (options) => node.pushDockerTarWithAllOriginalTags(new Blob(), registry, options),
  planPush: (options) => node.planPush([], registry, options),
  storeDockerCredentials: (options) =>
    node.storeDockerCredentials('registry.test', { username: 'ann', password: 'secret' }, options),
  eraseDockerCredentials: (options) => node.eraseDockerCredentials('registry.test', options),
}
const calls = [
  ...Object.entries(portableCalls).map(([name, call]) => [`${name}() of "."`, call] as const),
  ...Object.entries(nodeCalls).map(([name, call]) => [`${name}() of "./node"`, call] as const),
]

describe.each(calls)('%s', (_, call) => {
  it.each([
    ['a path', 'out.tar', /^Cannot use "out\.tar" as options: pass an object such as \{ /],
    ['a URL', new URL('https://user:secret@host.test/'), /^Cannot use a URL as options: pass an object/],
    ['the text of a URL', 'https://user:secret@host.test/', /^Cannot use a URL as options: pass an object/],
    ['null', null, /^Cannot use null as options/],
    ['an array', [], /^Cannot use a list as options/],
    ['a stream of Node', new PassThrough(), /^Cannot use an object as options/],
    ['a signal', new AbortController().signal, /^Cannot use an object as options/],
    ['a function', () => undefined, /^Cannot use a function as options/],
  ])('rejects %s as options', async (_, options, message) => {
    await rejection(call(options as never), TypeError, message)
  })

  it('rejects an AbortController as signal', async () => {
    const message = /^Cannot use signal: it is an object, not an AbortSignal; pass controller\.signal$/
    await rejection(call({ signal: new AbortController() } as never), TypeError, message)
  })
})

describe('a path as options of a pull', () => {
  it.each(['pullDockerTar', 'pullBundle'])('is answered with { to } by %s() of "./node"', async (name) => {
    await rejection(nodeCalls[name]?.('out.tar' as never) as Promise<unknown>, TypeError, /\{ to: "out\.tar" \}$/)
  })
})

describe('saveInBrowser()', () => {
  it('rejects a name as options', async () => {
    const saved = portable.saveInBrowser({} as never, 'app.tar' as never)
    await rejection(saved, TypeError, /^Cannot use "app\.tar" as options: pass an object such as \{ fileName:/)
  })

  it('rejects a path as the file', async () => {
    const saved = portable.saveInBrowser({} as never, { file: 'app.tar' as never })
    await rejection(saved, TypeError, /^Cannot use file: it has to be the handle of a file, .*, not "app\.tar"/)
  })
})

describe('{ to } where nothing is written to a path', () => {
  const options = { to: 'out.tar' } as never
  it.each<[string, Call, string]>([
    ['pullDockerTar() of "."', portableCalls.pullDockerTar as Call, 'import pullDockerTar or pullBundle from'],
    ['pullBundle() of "."', portableCalls.pullBundle as Call, 'import pullDockerTar or pullBundle from'],
    ['writeArchive() of "."', portableCalls.writeArchive as Call, 'call saveArchive() of'],
    ['writeArchive() of "./node"', nodeCalls.writeArchive as Call, 'call saveArchive() of'],
  ])('is refused by %s', async (_, call, remedy) => {
    const { message } = await rejection(call(options), TypeError)
    expect(message).toBe(`Cannot write to a path here: ${remedy} "registry-api-v2-client/node"`)
  })
})

describe.each([
  ['.', portable],
  ['./node', node],
])('the name of an image in "%s"', (_, sdk) => {
  type Named = (repository: never, reference: never) => Promise<unknown>
  const named: ReadonlyArray<readonly [string, Named]> = [
    ['openImage()', (repository, reference) => sdk.openImage(registry, repository, reference)],
    ['listReferrers()', (repository, reference) => sdk.listReferrers(registry, repository, reference)],
    ['pullArtifact()', (repository, reference) => sdk.pullArtifact(registry, repository, reference)],
    ['pullDockerTar()', (repository, reference) => sdk.pullDockerTar(registry, repository, reference)],
    ['pullDockerTar() to a file', (...name) => node.pullDockerTar(registry, ...name, { to: 'out.tar' })],
    ['pullLayout()', (repository, reference) => node.pullLayout(registry, repository, reference, 'folder')],
  ]

  it.each(named)('is asked for in %s', async (_, call) => {
    const missing = /^Cannot use reference: it is missing; pass a tag or a digest$/
    await rejection(call('team/app' as never, undefined as never), TypeError, missing)
    await rejection(call(undefined as never, 'v1' as never), TypeError, /^Cannot use repository: it is missing/)
  })

  it.each(named)('is told from options in %s', async (_, call) => {
    const last = /^Cannot use (repository|reference): it has to be .*, not an object; options come last$/
    await rejection(call('team/app' as never, { platform: 'linux/amd64' } as never), TypeError, last)
    await rejection(call({ platform: 'linux/amd64' } as never, 'v1' as never), TypeError, last)
  })

  it('is told from options in pushStream()', async () => {
    const [bytes, options] = [() => new Response('x'), { platform: 'linux/amd64' } as never]
    const pushes = [sdk.pushStream(bytes(), registry, options), sdk.pushStream(bytes(), registry, 'team/app', options)]
    for (const pushed of pushes) await rejection(pushed, TypeError, /^Cannot use .*not an object; options come last$/)
  })

  it('is told from options where names have defaults, and where lists and manifests are read', async () => {
    const [archive, options] = [await createTestArchive(), { platform: 'linux/amd64' } as never]
    const last = /^Cannot use an object as a (repository|tag); .*options come last, after the repository and the tag$/
    for (const call of [
      () => sdk.pushDockerTar(archive, registry, options),
      () => sdk.pushDockerTar(archive, registry, 'team/app', options),
      () => sdk.listTags(registry, options),
      () => sdk.getImageInfo(registry, 'team/app', options),
    ]) {
      await rejection(call(), sdk.ValidationError, last)
    }
  })
})

describe('a folder', () => {
  it.each([
    ['an object', { to: 'folder' }],
    ['nothing', undefined],
    ['a stream', new PassThrough()],
  ])('that is %s is refused without a word of streams', async (_, folder) => {
    const message = /^Cannot write to (an object|undefined): pass the path of a folder$/
    await rejection(node.pullLayout(registry, 'team/app', 'v1', folder as never), TypeError, message)
    await rejection(node.saveLayout([], folder as never), TypeError, message)
  })
})

describe.each([
  ['.', portable],
  ['./node', node],
])('the places of a copy in "%s"', (_, sdk) => {
  type Copy = (from: never, to: never, options?: never) => Promise<unknown>
  const copies: ReadonlyArray<readonly [string, Copy, object]> = [
    ['copyImage()', sdk.copyImage, image],
    ['planCopy()', sdk.planCopy, image],
    ['copyRepository()', sdk.copyRepository, place],
  ]
  const ofImages = copies.slice(0, 2)

  it.each(copies)('are objects in %s', async (_, copy, from) => {
    const url = 'https://user:secret@registry.test/'
    for (const other of ['registry.test', url, new URL(url), undefined, null, []] as never[]) {
      const shown =
        /^Cannot use ("registry\.test"|a URL|undefined|null|a list) as (from|to): pass an object, \{ registry/
      await rejection(copy(other, place as never), TypeError, shown)
      await rejection(copy(from as never, other), TypeError, shown)
    }
    await rejection(copy({ ...from, repository: undefined } as never, place as never), TypeError, /from\.repository/)
  })

  it.each(ofImages)('have the reference in from in %s', async (_, copy) => {
    await rejection(copy(place as never, place as never), TypeError, /from\.reference: it is missing; pass a tag or/)
    const tagged = copy({ ...place, tag: 'v5' } as never, place as never)
    await rejection(tagged, TypeError, /^Cannot use from\.tag: from\.reference is missing; use reference: 'v5'$/)
  })

  it.each(ofImages)('have the tags in to in %s', async (_, copy, from) => {
    for (const member of ['tag', 'reference']) {
      const copied = copy(from as never, { ...place, [member]: 'v5' } as never)
      await rejection(copied, TypeError, new RegExp(`^Cannot use to\\.${member}: use tags: \\['v5'\\]$`))
    }
    const option = copy(from as never, place as never, { tags: ['v5'] } as never)
    await rejection(option, TypeError, /^Cannot use options\.tags: pass tags in the second argument/)
  })

  it.each(['tags', 'tag', 'reference'])('do not choose tags by %s in copyRepository()', async (member) => {
    const wrong = { ...place, [member]: 'v5' } as never
    const message =
      /^Cannot use (from|to)\.\w+: tags is an option, in the third argument; copyImage\(\) copies one image$/
    await rejection(sdk.copyRepository(wrong, place), TypeError, message)
    await rejection(sdk.copyRepository(place, wrong), TypeError, message)
    if (member !== 'tags') await rejection(sdk.copyRepository(place, place, { [member]: 'v5' } as never), TypeError)
  })
})

describe.each([
  ['.', portable],
  ['./node', node],
])('what to delete in "%s"', (_, sdk) => {
  type Delete = (repository: never, what: never, options?: object) => Promise<unknown>
  const deletes: ReadonlyArray<readonly [string, Delete]> = [
    ['planDelete()', (...call) => sdk.planDelete(registry, ...call)],
    ['deleteTags()', (...call) => sdk.deleteTags(registry, ...call)],
  ]

  it.each(deletes)('is checked by %s', async (_, call) => {
    const wrong: ReadonlyArray<readonly [unknown, RegExp]> = [
      [undefined, /^Cannot delete undefined: pass a pattern of tags, a list of tags and digests, or rules/],
      [7, /^Cannot delete 7/],
      [{}, /as rules: pass keepNewest, olderThan or tags/],
      [{ keep: 'latest' }, /as rules: pass keepNewest, olderThan or tags/],
      [{ keepNewest: '3' }, /^Cannot use keepNewest: it has to be a whole number from 0, not "3"/],
      [{ keepNewest: 3, by: 'size' }, /^Cannot use by: it has to be "version" or "date"/],
      [{ olderThan: '30 days' }, /^Cannot use olderThan: it has to be a Date, or an age such as '12h'/],
      [{ olderThan: new Date('never') }, /^Cannot use olderThan/],
      [{ olderThan: '30d', keep: 7 }, /^Cannot use keep: it has to be a pattern, a list or a function, not 7/],
    ]
    for (const [what, message] of wrong) await rejection(call('team/app' as never, what as never), Error, message)
    await rejection(call('team/app' as never, ['v1', 'a b'] as never), portable.ValidationError, /"a b" as a tag/)
    await rejection(call('team/app' as never, 'sha256:12' as never), portable.ValidationError, /digest of the image/)
    await rejection(call({} as never, 'v1' as never), TypeError, /options come last$/)
    await rejection(call('team/app' as never, 'v1' as never, { concurrency: 0 }), RangeError, /^Cannot use concurrency/)
  })
})

describe.each([
  ['"."', portable.chooseImage],
  ['"./node"', node.chooseImage],
])('chooseImage() of %s', (_, chooseImage) => {
  it('rejects what is no open archive, and a name as choice', async () => {
    await rejection(chooseImage('app.tar' as never), TypeError, /the "images" that openArchive gives/)
    await rejection(chooseImage(null as never), TypeError, /the "images" that openArchive gives/)
    const archive = { images: [], index: undefined }
    await rejection(chooseImage(archive, 'team/app' as never), TypeError, /pass an object such as \{ image \}/)
  })
})
