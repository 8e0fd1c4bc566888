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
    expect(error.url).toBe(`${inject('registryWithoutCors')}v2/`)
    expect([error.code, error.message]).toEqual(['NO_ANSWER', `${error.fault}; ${error.remedy}`])
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
