import { describe, expect, inject, it } from 'vitest'
import {
  checkRegistryConnectivity,
  listTags,
  NetworkError,
  openRegistry,
  pushDockerTar,
  ResponseError,
} from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { rejection } from '../support/errors.ts'
import { LISTED_TAGS } from '../support/listed-tags.ts'

describe('a registry that is not set up for pages', () => {
  it('is a NetworkError that speaks of CORS, where it allows nothing', async () => {
    const registry = openRegistry(inject('registryWithoutCors'), { retry: 0 })
    const error = await rejection(checkRegistryConnectivity(registry), NetworkError, /no answer.*\(CORS\)/)
    for (const named of [location.origin, 'connect-src']) expect(error.remedy).toContain(named)
    expect(error.url).toBe(`${inject('registryWithoutCors')}v2/`)
    expect([error.code, error.message]).toEqual(['NO_ANSWER', `${error.fault}; ${error.remedy}`])
  })

  it('is a NetworkError that names the preflight at once, where distribution asks preflights for a sign-in', async () => {
    const signed: string[] = []
    const registry = openRegistry(inject('faultyServers').basic, {
      credentials: inject('faultyUser'),
      fetch: (request) => {
        if (request.headers.has('authorization')) signed.push(request.url)
        return fetch(request)
      },
    })
    const pushing = pushDockerTar(await createTestArchive(), registry, 'team/app', 'v1')
    const error = await rejection(pushing, NetworkError, /the registry answers.*\(OPTIONS\).*Authorization/)
    expect(error.code).toBe('PREFLIGHT_REFUSED')
    for (const named of [location.origin, 'docs/registries-and-pages.md', 'diagnoseRegistry()']) {
      expect(error.remedy).toContain(named)
    }
    // Trying again does not help.
    expect(signed).toEqual([...new Set(signed)])
  })

  it.each<[when: string, passing: number, fails: (request: Request) => boolean]>([
    ['the registry is gone after its first answer', 1, () => true],
    ['it has answered a request with Authorization', 2, ({ headers }) => headers.has('authorization')],
  ])('is a NetworkError that names no preflight, where %s', async (_, passing, fails) => {
    let count = 0
    const registry = openRegistry(`${inject('faultyRegistries')}/guarded`, {
      credentials: inject('faultyUser'),
      retry: 0,
      fetch: (request) => {
        count += 1
        return count > passing && fails(request) ? Promise.reject(new TypeError('Failed to fetch')) : fetch(request)
      },
    })
    await listTags(registry, 'team/app').catch(() => undefined)
    await expect(listTags(registry, 'team/app')).rejects.toMatchObject({ code: 'NO_ANSWER' })
  })

  it('is a ResponseError that names the header to expose, where its headers cannot be read', async () => {
    const registry = inject('registryWithoutExposedHeaders')
    expect(await checkRegistryConnectivity(registry)).toBe(true)
    const pushing = pushDockerTar(await createTestArchive(), registry, 'team/app', 'v1')
    await rejection(pushing, ResponseError, /Access-Control-Expose-Headers: Location/)
  })

  it('lists all tags, where its Link cannot be read', async () => {
    expect(await listTags(inject('registryWithoutExposedHeaders'), 'team/listed')).toEqual(LISTED_TAGS)
  })
})
