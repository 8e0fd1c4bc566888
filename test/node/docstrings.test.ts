import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { zipSync } from 'fflate'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import * as sdk from '../../src/index.ts'
import * as nodeSdk from '../../src/node/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { type Distribution, startDistribution } from '../support/distribution.ts'
import { type DocumentedFunction, readDocumentedFunctions } from '../support/docstrings.ts'
import { type ExampleFiles, makeExampleFolder, writeExamples } from '../support/examples.ts'

// What an editor shows is the documentation: every function of both entries is described, and its examples compile and run.

const documented = readDocumentedFunctions()
const portable = documented['.']
const node = documented['./node']
const portableNames = new Set(portable.map(({ name }) => name))
const functions = [
  ...portable,
  // Those that `./node` passes on are the same.
  ...node.filter((one) => !portable.some((other) => isSame(one, other))),
].map((one) => ({ ...one, title: `${one.name} of ${portable.includes(one) ? '.' : './node'}` }))

/** Functions that have no error of their own. */
const NEVER_THROW = [
  'browserCompressions',
  'browserSessions',
  'formatPlatform',
  'isAttestation',
  'isIndex',
  'memoryCompressions',
  'memorySessions',
  'runnableImages',
]
/** What a function throws by the parameters that it has. */
const THROWN_BY = {
  archive: ['TypeError', 'RangeError', 'TarReadError', 'ValidationError', 'DigestMismatchError'],
  images: ['TypeError', 'ValidationError', 'DigestMismatchError'],
  layer: ['TypeError', 'RangeError', 'TarReadError', 'ValidationError', 'DigestMismatchError'],
  registry: ['TypeError', 'ValidationError', 'ResponseError', 'NetworkError'],
  repository: ['ValidationError'],
  reference: ['ValidationError', 'DigestMismatchError'],
  stream: ['TypeError', 'RangeError', 'TarReadError', 'ValidationError', 'DigestMismatchError'],
  text: ['ValidationError'],
  zip: ['TypeError', 'RangeError', 'TarReadError'],
}
/** It reads only what was verified when the images were opened. */
const READS_VERIFIED = ['createIndex']
/** Its stream is any stream, not that of an archive. */
const TAKES_ANY_STREAM = ['collectStream']
/** They report these faults by their result. */
const REPORTS = ['validateDockerTar', 'diagnoseRegistry']
/** They ask only the registry of the upload that they get: their own tests have the errors. */
const OF_THEIR_UPLOAD = ['dropUnfinishedUpload']
/** Only where an archive is a path, it can fail to open before it is read. */
const MORE_IN_NODE: Readonly<Record<string, readonly string[]>> = {
  validateDockerTar: ['TarReadError'],
  pullDockerTar: ['RegistryError'],
  pullBundle: ['RegistryError'],
  pullArtifact: ['RegistryError'],
}
/** Their examples leave tags and repositories behind. The others, which list some, run before. */
const LAST = ['attachArtifact', 'pushArtifact']
/** IndexedDB and files to save are in browsers alone: test/browser/docstrings.test.ts runs these. */
const FOR_BROWSERS = ['browserCompressions', 'browserSessions', 'saveInBrowser']

const examples = functions.flatMap(({ name, examples }) =>
  examples.map((code, index) => ({
    name: `${name}-${/'registry-api-v2-client\/node'/.test(code) ? 'node' : 'portable'}-${index}`,
    code: `${code}\n\nexport {}\n`,
    expected: [...code.matchAll(/console\.log\(.*\) \/\/ (.*)$/gm)].map(([, value = '']) => value),
    isForBrowsers: FOR_BROWSERS.includes(name),
    isLast: LAST.includes(name),
  })),
)
const inOrder = [...examples].sort((one, other) => Number(one.isLast) - Number(other.isLast))

function isSame(one: DocumentedFunction, other: DocumentedFunction): boolean {
  return one.name === other.name && JSON.stringify(one) === JSON.stringify(other)
}

describe('the docstring of', () => {
  it('every function is looked at', () => {
    expect(portable.length).toBeGreaterThan(30)
    expect(node.length).toBe(portable.length + 10)
    expect(functions.length).toBeGreaterThan(45)
  })

  it.each(functions)('$title says what the function does', ({ summary }) => {
    expect(summary).toMatch(/^(?!What|Who|Whether|How)[A-Z][a-z]*s /)
    expect(summary).not.toMatch(/[Aa]s (in|`\w+` of) the portable entry/)
  })

  it.each(functions)('$title describes each parameter', ({ parameters, params }) => {
    expect(params).toHaveLength(parameters.length)
    parameters.forEach((name, index) => {
      if (name !== undefined) expect(params[index]).toBe(name)
    })
  })

  it.each(functions)('$title says what it returns', ({ returnType, returns }) => {
    if (!/^(void|Promise<void>)$/.test(returnType)) expect(returns).toMatch(/\w+ \w+/)
  })

  it.each(functions)('$title names what it throws', ({ name, parameters, throws }) => {
    expect(throws.length > 0).toBe(!NEVER_THROW.includes(name))
    if ([...REPORTS, ...TAKES_ANY_STREAM].includes(name)) return
    const isVerified = READS_VERIFIED.includes(name)
    for (const [parameter, classes] of Object.entries(THROWN_BY)) {
      const own = classes.filter((name) => !isVerified || name !== 'DigestMismatchError')
      if (parameters.includes(parameter)) expect(throws).toEqual(expect.arrayContaining(own))
    }
  })

  it.each(functions)('$title has one example of a few lines with the function in it', ({ name, examples }) => {
    expect(examples).toHaveLength(1)
    const [example = ''] = examples
    expect(example.split('\n').length).toBeLessThan(13)
    expect(example.match(new RegExp(`\\b${name}\\b`, 'g'))?.length, 'imported and used').toBeGreaterThan(1)
    expect(example).toContain(
      portableNames.has(name) ? `from 'registry-api-v2-client` : `from 'registry-api-v2-client/node'`,
    )
  })

  it.each(node.filter(({ name }) => portableNames.has(name)))(
    '$name has the same parameters and errors in both entries',
    ({ name, params, throws }) => {
      const other = portable.find((one) => one.name === name)
      const more = MORE_IN_NODE[name] ?? []
      expect({ params, throws }).toEqual({ params: other?.params, throws: [...(other?.throws ?? []), ...more] })
    },
  )
})

describe('the examples of docstrings', () => {
  let registry: Distribution
  let mirror: Distribution
  let files: ExampleFiles
  const archive = createTestArchive({ images: [{ names: ['registry.example.com/team/app:v7'] }] })

  beforeAll(async () => {
    registry = await startDistribution()
    mirror = await startDistribution()
    const folder = makeExampleFolder('docstrings')
    const [tar, zip] = [join(folder, 'exported.tar'), join(folder, 'artifact.zip')]
    writeFileSync(tar, await archive)
    const zipped = zipSync({ 'exported.tar': await archive })
    writeFileSync(zip, zipped)
    const registries = { 'https://registry.example.com': registry.url, 'https://mirror.example.com': mirror.url }
    const real = { ...registries, 'exported.tar': tar, 'artifact.zip': zip }
    files = writeExamples(folder, examples, real, 'declare const file: File\ndeclare const zip: File\n')
    vi.stubGlobal('file', new File([await archive], 'exported.tar'))
    vi.stubGlobal('zip', new File([zipped], 'artifact.zip'))
    vi.stubEnv('DOCKER_CONFIG', folder)
  })
  // Some examples delete it, or give it other tags.
  beforeEach(async () => {
    await sdk.deleteImage(registry.url, 'team/app', 'v7', { deleteSharedManifest: true })
    await sdk.pushDockerTar(await archive, registry.url, 'team/app', 'v7')
  })
  afterAll(async () => {
    vi.unstubAllGlobals()
    files?.remove()
    await Promise.all([registry?.stop(), mirror?.stop()])
  })

  it('compile', () => {
    expect(examples.length).toBe(functions.length)
    files.compile()
  })

  it.each(inOrder.filter(({ isForBrowsers }) => !isForBrowsers))('run: $name', async (example) => {
    const logged = await files.run(example)
    expect(logged).toHaveLength(example.expected.length)
    example.expected.forEach((value, index) => {
      expect(inspect(logged[index]?.[0], { breakLength: Number.POSITIVE_INFINITY })).toMatch(asPattern(value))
    })
  })
})

type Act = (...values: unknown[]) => unknown

describe('the errors that docstrings name', () => {
  let registry: Distribution
  const folder = mkdtempSync(join(tmpdir(), 'docstrings-'))
  let usual: Readonly<Record<string, unknown>>
  beforeAll(async () => {
    registry = await startDistribution()
    const archive = await createTestArchive({ images: [{ names: ['team/app:v7'] }] })
    const { images } = await sdk.openArchive(archive)
    const plan = await sdk.planPush(images, registry.url)
    await sdk.pushDockerTar(archive, registry.url, 'team/app', 'v7')
    const deletePlan = await sdk.planDelete(registry.url, 'team/app', 'v7', { all: true })
    const options = { uploadRetry: 0, artifactType: 'text/plain' }
    const artifact = { subject: 'v7', files: [{ title: 'a.txt', data: new Uint8Array(1) }] }
    const references = ['team/app:v7']
    const names = {
      repository: 'team/app',
      tag: 'v7',
      reference: 'v7',
      from: 'v7',
      tags: ['v8'],
      references,
      digest: `sha256:${'e6'.repeat(32)}`,
      layer: `sha256:${'e6'.repeat(32)}`,
    }
    usual = {
      archive,
      zip: archive,
      images,
      image: images[0],
      edits: { user: 'node' },
      platforms: 'linux/amd64',
      plan,
      registry: registry.url,
      ...names,
      ...artifact,
      ...{ deletePlan, undo: deletePlan, what: 'v7' },
      folder,
      options,
    }
    // Each call takes one of its own.
    Object.defineProperty(usual, 'stream', { get: () => new Response(archive), enumerable: true })
  })
  afterAll(async () => {
    rmSync(folder, { recursive: true })
    await registry?.stop()
  })

  const takersOf = (parameter: string) => functions.filter(({ parameters }) => parameters.includes(parameter))
  /** Calls a function with usual arguments, but for some. An iterator is asked for its first item. */
  const call = async (one: (typeof functions)[number], changed: Readonly<Record<string, unknown>>) => {
    const entry = (one.title.endsWith(' of .') ? sdk : nodeSdk) as unknown as Record<string, Act>
    const values: Readonly<Record<string, unknown>> = { ...usual, ...changed }
    const nameOf = (parameter = '') => (one.name === 'executeDelete' && parameter === 'plan' ? 'deletePlan' : parameter)
    const given = entry[one.name]?.(...one.parameters.map((parameter) => values[nameOf(parameter)]))
    return /^Async(Generator|Iterable)/.test(one.returnType) ? (given as AsyncIterator<unknown>).next() : given
  }

  it.each(takersOf('registry'))(
    '$title throws a TypeError and a ValidationError for what is not a registry',
    async (one) => {
      await expect(call(one, { registry: {} })).rejects.toThrow(TypeError)
      await expect(call(one, { registry: 'ftp://registry.example.com' })).rejects.toThrow(sdk.ValidationError)
    },
  )

  const askers = takersOf('registry').filter(({ name }) => ![...REPORTS, ...OF_THEIR_UPLOAD].includes(name))

  // Some wait for retries.
  it.concurrent.each(askers)('$title throws a NetworkError if nobody answers', async (one) => {
    const silent = sdk.openRegistry('http://127.0.0.1:1', { retry: 0 })
    const plans = ['plan', 'deletePlan', 'undo'].map((name) => [
      name,
      { ...(usual[name] as object), registry: silent.url },
    ])
    await expect(call(one, { registry: silent, ...Object.fromEntries(plans) })).rejects.toThrow(sdk.NetworkError)
  })

  it.each(askers)('$title throws a ResponseError if the registry refuses', async (one) => {
    const fetch = async () => new Response('{}', { status: 403 })
    const refusing = sdk.openRegistry(registry.url, { fetch })
    await expect(call(one, { registry: refusing })).rejects.toThrow(sdk.ResponseError)
  })

  it.each(takersOf('repository'))('$title throws a ValidationError for what is not a repository', async (one) => {
    await expect(call(one, { repository: 'Team/App' })).rejects.toThrow(sdk.ValidationError)
  })

  it.each([...takersOf('archive'), ...takersOf('zip')])('$title throws by the archive and its limits', async (one) => {
    const text = new TextEncoder().encode('no archive')
    await expect(call(one, { archive: 42, zip: 42 })).rejects.toThrow(TypeError)
    await expect(call(one, { options: { limits: { entries: -1 } } })).rejects.toThrow(RangeError)
    const outcome = expect(call(one, { archive: text, zip: text }))
    await (REPORTS.includes(one.name) ? outcome.resolves.toBe(false) : outcome.rejects.toThrow(sdk.TarReadError))
  })
})

/** A value as a comment shows it: `…` stands for anything. */
function asPattern(value: string): RegExp {
  return new RegExp(`^${value.split('…').map(escapeText).join('.*')}$`, 's')
}

function escapeText(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}
