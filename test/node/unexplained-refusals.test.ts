import { expect, it, vi } from 'vitest'
import { openRegistry, pushDockerTar, ResponseError } from '../../src/index.ts'
import { createTestArchive, createTestRegistry } from '../../src/testing/index.ts'
import { rejection } from '../support/errors.ts'

// A page whose server is gone, or has other files by now.
vi.mock('../../src/http/response-error.ts', () => {
  throw new TypeError('Failed to fetch dynamically imported module')
})

const pushTo = async (status: number, times: number) => {
  const faults = [{ kind: 'status', method: 'PUT', path: '/blobs/uploads/', status, times }] as const
  const registry = createTestRegistry({ faults })
  const handle = openRegistry('https://registry.test', { fetch: registry.fetch, retry: 0 })
  const digest = await pushDockerTar(await createTestArchive(), handle, 'a', 'v1', { uploadRetryDelay: 1 })
  return { digest, faultsLeft: registry.faultsLeft }
}

it('pushDockerTar() heals an upload by the status of a refusal if its explanation does not load', async () => {
  expect(await pushTo(503, 1)).toEqual({ digest: expect.stringMatching(/^sha256:/), faultsLeft: 0 })
})

it('pushDockerTar() throws a ResponseError with the status if its explanation does not load', async () => {
  const error = await rejection(pushTo(507, Number.POSITIVE_INFINITY), ResponseError, /answered 507$/)
  expect([error.status, error.code, error.errors]).toEqual([507, 'REFUSED', []])
})
