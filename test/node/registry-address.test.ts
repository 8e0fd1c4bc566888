import { describe, expect, it } from 'vitest'
import { getManifest, listTags, openRegistry, pushDockerTar } from '../../src/index.ts'
import { createTestArchive, createTestRegistry } from '../../src/testing/index.ts'
import { BASIC, PASSWORD } from '../support/desk-registry.ts'
import { createOrigins } from '../support/origins.ts'
import { withTokens } from '../support/protected-registry.ts'
import { createTokenDesk } from '../support/token-desk.ts'

describe('openRegistry()', () => {
  it.each([
    ['registry.example.com', 'https://registry.example.com/'],
    ['registry.example.com:5000', 'https://registry.example.com:5000/'],
    ['10.0.0.5:5000', 'https://10.0.0.5:5000/'],
    ['intranet:5000', 'https://intranet:5000/'],
    ['localhost', 'http://localhost/'],
    ['localhost:5000', 'http://localhost:5000/'],
    ['127.0.0.1:5000', 'http://127.0.0.1:5000/'],
    ['[::1]:5000', 'http://[::1]:5000/'],
    ['https://localhost:5000', 'https://localhost:5000/'],
    ['http://registry.example.com', 'http://registry.example.com/'],
    ['docker.io', 'https://registry-1.docker.io/'],
    ['index.docker.io', 'https://registry-1.docker.io/'],
    ['https://index.docker.io/v1/', 'https://registry-1.docker.io/'],
    ['http://docker.io', 'https://registry-1.docker.io/'],
    ['registry-1.docker.io', 'https://registry-1.docker.io/'],
  ])('reads the address %s as %s', (address, url) => {
    expect(openRegistry(address).url).toBe(url)
  })

  it('asks Docker Hub at its own host, signs in at its own token server, and finds official images under library/', async () => {
    const registry = createTestRegistry()
    const desk = createTokenDesk()
    const hub = 'https://registry-1.docker.io'
    const realm = 'https://auth.docker.io'
    const origins = createOrigins({ [hub]: withTokens(registry, desk, `${realm}/token`), [realm]: desk.fetch })
    const handle = openRegistry('docker.io', { fetch: origins.fetch, credentials: PASSWORD })
    await pushDockerTar(await createTestArchive(), handle, 'nginx', 'v1')
    await pushDockerTar(await createTestArchive(), handle, 'team/app', 'v1')
    expect(await listTags(handle, 'nginx')).toEqual(['v1'])
    expect((await getManifest(handle, 'nginx', 'v1')).size).toBeGreaterThan(0)
    expect(desk.requests.map(({ scopes, authorization }) => [...scopes, authorization])).toEqual([
      ['repository:library/nginx:pull,push', BASIC],
      ['repository:team/app:pull,push', BASIC],
    ])
    expect(new Set(origins.seen.map(({ origin }) => origin))).toEqual(new Set([hub, realm]))
  })
})
