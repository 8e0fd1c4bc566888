import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { freePort } from '../../scripts/find/port.js'
import { diagnoseRegistry, listRepositories, listTags, openRegistry, pushDockerTar } from '../../src/index.ts'
import { createTestArchive, createTestRegistry, type Fault, type TestRegistryOptions } from '../../src/testing/index.ts'
import { diagnose, faultsOf, PAGE, passedOf } from '../support/diagnosis.ts'
import { type Distribution, startDistribution } from '../support/distribution.ts'

// What a registry supports, with and without leave to open an upload.

const servers: Distribution[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop()
})

async function startStocked(settings: Readonly<Record<string, string>> = {}): Promise<string> {
  const server = await startDistribution({ settings })
  servers.push(server)
  await pushDockerTar(await createTestArchive(), server.url, 'team/app', 'v1')
  return server.url
}

/** A registry in memory with an image. */
async function stocked(options: TestRegistryOptions = {}) {
  const registry = createTestRegistry(options)
  const handle = openRegistry('https://registry.test', { fetch: registry.fetch, retry: 0 })
  await pushDockerTar(await createTestArchive(), handle, 'team/app', 'v1')
  registry.requests.length = 0
  return { registry, handle }
}

const WRITING = ['uploads', 'chunks', 'mounts', 'deletes'] as const
const TRIAL = { repository: 'team/app', write: true } as const

describe('diagnoseRegistry() with write, at a real distribution', () => {
  it('finds that it takes chunks, mounts and deletes, and leaves nothing', async () => {
    const url = await startStocked()
    const diagnosis = await diagnose(url, TRIAL)
    expect(faultsOf(diagnosis)).toEqual(['referrers NOT_SUPPORTED?'])
    expect(passedOf(diagnosis)).toEqual(expect.arrayContaining([...WRITING, 'catalog', 'repository']))
    expect([await listRepositories(url), await listTags(url, 'team/app')]).toEqual([['team/app'], ['v1']])
  })

  it('finds that it deletes nothing', async () => {
    const diagnosis = await diagnose(await startStocked({ REGISTRY_STORAGE_DELETE_ENABLED: 'false' }), TRIAL)
    expect(diagnosis.deletes).toMatchObject({ state: 'warning', code: 'NOT_SUPPORTED' })
    expect(diagnosis.deletes.settings[0]?.lines).toContain('delete')
  })

  it('finds that it is read-only', async () => {
    const url = await startStocked()
    const { url: replica, stop } = await startDistribution({
      settings: { REGISTRY_STORAGE_MAINTENANCE: JSON.stringify({ readonly: { enabled: true } }) },
    })
    servers.push({ url: replica, stop })
    expect(await listTags(url, 'team/app')).toEqual(['v1'])
    const { uploads } = await diagnose(replica, TRIAL)
    expect([uploads.state, uploads.code]).toEqual(['failed', 'NOT_ALLOWED'])
  })

  it('names the proxy setting when uploads lead to another host', async () => {
    const port = await freePort()
    const server = await startDistribution({ host: `http://localhost:${port}` })
    servers.push(server)
    const { uploads, chunks } = await diagnose(openRegistry(server.url, { retry: 0 }), TRIAL)
    expect(uploads).toMatchObject({ state: 'failed', code: 'LOCATION_OTHER_HOST' })
    expect(uploads.message).toContain(`http://localhost:${port}`)
    expect(uploads.settings.map(({ lines }) => lines).join()).toContain('proxy_set_header Host $http_host;')
    expect([chunks.state, chunks.code]).toEqual(['failed', 'NO_ANSWER'])
  })
})

describe('diagnoseRegistry() with write', () => {
  it('cancels all uploads that it opened', async () => {
    const { registry, handle } = await stocked()
    const diagnosis = await diagnose(handle, TRIAL)
    expect(registry.openUploads).toBe(0)
    expect(passedOf(diagnosis)).toEqual(expect.arrayContaining([...WRITING, 'referrers']))
    const methods = registry.requests.map(({ method, url }) => `${method} ${url.split('?')[0]}`)
    expect(methods.filter((request) => /^PUT/.test(request))).toEqual([])
  })

  it('finds a registry that takes no chunks', async () => {
    const { registry, handle } = await stocked({ profile: 'gar' })
    const { chunks } = await diagnose(handle, TRIAL)
    expect([chunks.state, chunks.code, registry.openUploads]).toEqual(['warning', 'NOT_SUPPORTED', 0])
  })

  it.each([
    [401, 'does not list its repositories to this user. Pushes'],
    [404, 'does not list its repositories. Pushes'],
  ])('says that the registry answers %i to the list of repositories', async (status, words) => {
    const { handle } = await stocked({ faults: [{ kind: 'status', path: '/v2/_catalog', status, times: 9 }] })
    const { catalog } = await diagnose(handle)
    expect(catalog.state).toBe('warning')
    expect(catalog.message).toContain(words)
  })

  it('states the smallest chunk', async () => {
    const { handle } = await stocked({ minChunkLength: 1024 })
    expect((await diagnose(handle, TRIAL)).chunks.message).toContain('of at least 1024 bytes')
  })

  it.each<[string, Fault, string]>([
    ['refuses uploads', { kind: 'status', method: 'POST', status: 403 }, 'uploads ACCESS_DENIED'],
    ['fails', { kind: 'status', method: 'POST', status: 500 }, 'uploads SERVER_FAILED'],
    ['sends uploads to http', { kind: 'location', method: 'POST' }, 'uploads LOCATION_NOT_ENCRYPTED?'],
    [
      'does not cancel uploads',
      { kind: 'status', method: 'DELETE', path: '/uploads/', status: 405, times: 2 },
      'uploads UPLOAD_STAYS?',
    ],
  ])('finds a registry that %s', async (_, fault, finding) => {
    const { registry } = await stocked({ faults: [] })
    const faulty = createTestRegistry({ faults: [fault] })
    expect(registry.openUploads).toBe(0)
    const handle = openRegistry('https://registry.test', { fetch: faulty.fetch, retry: 0 })
    expect(faultsOf(await diagnose(handle, TRIAL))).toContain(finding)
  })

  it('shows no secret that a server echoes', async () => {
    const password = 'letmein1'
    const { fetch } = createTestRegistry()
    const authorization = `Basic ${btoa(`ann:${password}`)}`
    const echoing = async (request: Request) => {
      const given = request.headers.get('authorization')
      if (given === null) return new Response('{}', { status: 401, headers: { 'www-authenticate': 'Basic realm="r"' } })
      const answer = await fetch(request)
      answer.headers.set('access-control-allow-origin', `${password}, ${given}`)
      if (request.method === 'POST') answer.headers.set('location', `https://${password}.test/${password}`)
      return answer
    }
    const credentials = { username: 'ann', password }
    const registry = openRegistry('https://registry.test', { fetch: echoing, credentials, retry: 0 })
    const diagnosis = await diagnose(registry, { ...TRIAL, origin: PAGE })
    expect(faultsOf(diagnosis)).toEqual(
      expect.arrayContaining(['page-read DOUBLED_HEADER', 'uploads LOCATION_OTHER_HOST']),
    )
    const shown = JSON.stringify(diagnosis)
    for (const secret of [password, authorization, authorization.slice(6)]) expect(shown).not.toContain(secret)
  })

  it('cancels the upload when it is aborted', async () => {
    const controller = new AbortController()
    const { registry, handle } = await stocked()
    const { fetch } = registry
    const aborting = openRegistry('https://registry.test', {
      async fetch(request) {
        if (request.method === 'PATCH') controller.abort('enough')
        return fetch(request)
      },
    })
    expect(handle.url).toBe(aborting.url)
    const diagnosing = diagnoseRegistry(aborting, { ...TRIAL, signal: controller.signal })
    await expect(diagnosing).rejects.toBe('enough')
    expect(registry.openUploads).toBe(0)
  })
})

describe('diagnoseRegistry() without write', () => {
  it('sends only what changes nothing', async () => {
    const { registry, handle } = await stocked()
    const diagnosis = await diagnose(handle, { repository: 'team/app', origin: PAGE })
    expect([...new Set(registry.requests.map(({ method }) => method))].sort()).toEqual(['GET', 'OPTIONS'])
    expect(WRITING.map((check) => diagnosis[check].code)).toEqual(WRITING.map(() => 'NOT_ASKED'))
  })

  it('finds a repository that does not exist, or has no image', async () => {
    const { handle } = await stocked()
    const missing = await diagnose(handle, { repository: 'team/other' })
    expect(faultsOf(missing)).toContain('repository NOT_FOUND?')
    expect(missing.referrers.code).toBe('NO_SAMPLE')
  })

  it('finds blobs in a storage that allows no pages', async () => {
    const { handle } = await stocked({ objectStorage: { origin: 'https://storage.test' } })
    const fetch = async (request: Request) => {
      const answer = await handle.fetch(request)
      if (request.url.startsWith('https://storage.test')) answer.headers.delete('access-control-allow-origin')
      return answer
    }
    const options = { origin: PAGE, repository: 'team/app' }
    const closed = await diagnose(openRegistry('https://registry.test', { fetch }), options)
    expect(closed['page-storage']).toMatchObject({ state: 'failed', code: 'NO_CORS' })
    expect(closed['page-storage'].message).toContain('https://storage.test')
    expect((await diagnose(handle, options))['page-storage'].state).toBe('passed')
  })

  it('always lists all checks, each with a message', async () => {
    const { handle } = await stocked()
    const lists = [
      await diagnoseRegistry(handle),
      await diagnoseRegistry('http://localhost:1'),
      await diagnoseRegistry(handle, { ...TRIAL, origin: PAGE }),
    ]
    const names = lists.map((list) => list.map(({ check }) => check))
    expect(names[1]).toEqual(names[0])
    expect(names[2]).toEqual(names[0])
    for (const { message, state, remedy } of lists.flat()) {
      expect(message).toMatch(/\.$/)
      if (state === 'failed') expect(remedy).toBeTruthy()
    }
  })
})

describe('diagnoseRegistry() with a wrong call', () => {
  it.each<[string, object, RegExp]>([
    ['write without a repository', { write: true }, /^Cannot use write: pass the repository/],
    [
      'write that is a text',
      { write: 'yes', repository: 'a' },
      /^Cannot use write: it has to be true or false, not "yes"/,
    ],
    ['an origin that is none', { origin: 'page' }, /^Cannot use origin: it has to be like/],
    ['an origin of a file', { origin: 'file:///x.html' }, /^Cannot use origin: it has to be like/],
    ['a repository that is a number', { repository: 1 }, /^Cannot use repository: it has to be/],
  ])('rejects %s', async (_, options, message) => {
    await expect(diagnoseRegistry('https://registry.test', options)).rejects.toThrow(message)
  })

  it('rejects a timeout out of range, a wrong address and a wrong repository', async () => {
    await expect(diagnoseRegistry('https://registry.test', { timeout: 0 })).rejects.toThrow(RangeError)
    await expect(diagnoseRegistry('ftp://registry.test')).rejects.toMatchObject({ code: 'ADDRESS_INVALID' })
    const options = { repository: 'Team/App' }
    await expect(diagnoseRegistry('https://registry.test', options)).rejects.toMatchObject({
      code: 'REFERENCE_INVALID',
    })
  })
})

describe('docs/doctor.md', () => {
  it('explains every check and every code', () => {
    const types = readFileSync('src/doctor/check.ts', 'utf8')
    const [checks = '', codes = ''] = types.split('export type FindingCode')
    const ids = [
      ...checks.matchAll(/^ {2}'([a-z-]+)'/gm),
      ...(codes.split('\n\n')[0] ?? '').matchAll(/'([A-Z_0-9]+)'/g),
    ].map(([, id]) => id)
    const explained = readFileSync('docs/doctor.md', 'utf8').matchAll(/`([A-Za-z_0-9-]+)`/g)
    const known = [...explained].map(([, id]) => id)
    expect(ids.length).toBeGreaterThan(70)
    expect(ids.filter((id) => !known.includes(id))).toEqual([])
  })
})
