import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { listTags, pushDockerTar, ResponseError } from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { PASSWORD, withDesk } from '../support/desk-registry.ts'
import { rejection } from '../support/errors.ts'
import type { Handler } from '../support/origins.ts'
import { REGISTRY } from '../support/protected-registry.ts'

describe('openRegistry() with tokens that expire', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it.each([
    ['says 300 s', { expires_in: 300 }, 294, 296],
    ['says nothing, which is 60 s', {}, 54, 56],
    ['says nonsense', { expires_in: 'soon' }, 54, 56],
    ['says 0 s', { expires_in: 0 }, 54, 56],
    ['says less than 0 s', { expires_in: -1 }, 54, 56],
    ['says 8 s', { expires_in: 8 }, 5, 7],
  ])('renews a token a little before it expires when the answer %s', async (_, answer, good, old) => {
    const { desk, handle, origins } = withDesk({ answer: (token) => ({ token, ...answer }) })
    const ask = () => rejection(listTags(handle, 'a'), ResponseError, /404/)
    const start = Date.now()
    await ask()
    vi.setSystemTime(start + good * 1000)
    await ask()
    expect(desk.requests).toHaveLength(1)
    vi.setSystemTime(start + old * 1000)
    await ask()
    expect(desk.requests).toHaveLength(2)
    expect(origins.at(REGISTRY)).toHaveLength(4)
  })

  it.each([429, 503])('renews a token before the next try when it expires while a %i asks to wait', async (status) => {
    const { desk, handle, origins, servers } = withDesk({ credentials: PASSWORD, retry: 2 })
    const answer = servers[REGISTRY] as Handler
    let isFirst = true
    servers[REGISTRY] = (request) => {
      if (!isFirst || !request.url.includes('/tags/')) return answer(request)
      isFirst = false
      vi.setSystemTime(Date.now() + 400_000)
      return new Response(null, { status, headers: { 'retry-after': '0' } })
    }
    await rejection(listTags(handle, 'a'), ResponseError, /404/)
    expect(desk.requests).toHaveLength(2)
    const tokens = origins.at(REGISTRY).map(({ headers }) => headers.get('authorization'))
    expect(tokens).toEqual([null, 'Bearer token-1-of-the-desk', 'Bearer token-2-of-the-desk'])
  })

  it('renews a token before the request when it expires while the push is paused', async () => {
    const { desk, handle, origins } = withDesk({ credentials: PASSWORD })
    await rejection(listTags(handle, 'a'), ResponseError, /404/)
    const hold = async () => void vi.setSystemTime(Date.now() + (desk.requests.length === 1 ? 400_000 : 0))
    const request = { act: 'look', method: 'GET', url: 'v2/a/tags/list', scopes: ['repository:a:pull'], hold } as const
    await rejection(handle.send(request), ResponseError, /404/)
    const tokens = origins.at(REGISTRY).map(({ headers }) => headers.get('authorization'))
    expect(tokens).toEqual([null, 'Bearer token-1-of-the-desk', 'Bearer token-2-of-the-desk'])
  })

  it('renews a token when it is refused, although the clock was set back', async () => {
    const { desk, handle } = withDesk({ credentials: PASSWORD })
    await rejection(listTags(handle, 'a'), ResponseError, /404/)
    vi.setSystemTime(Date.now() - 600_000)
    desk.revoke()
    await rejection(listTags(handle, 'a'), ResponseError, /404/)
    expect(desk.requests).toHaveLength(2)
  })

  it('renews a token when it expires by the monotonic clock, although the clock was set back', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'] })
    const { desk, handle, origins } = withDesk({ credentials: PASSWORD })
    await rejection(listTags(handle, 'a'), ResponseError, /404/)
    vi.advanceTimersByTime(300_000)
    vi.setSystemTime(Date.now() - 600_000)
    await rejection(listTags(handle, 'a'), ResponseError, /404/)
    expect(desk.requests).toHaveLength(2)
    expect(origins.at(REGISTRY)).toHaveLength(3)
  })

  it('renews a token once when it expires in the middle of an upload, and sends the same chunk again in the same session', async () => {
    // It says that it lives longer than it does.
    const { desk, handle, origins } = withDesk({
      credentials: PASSWORD,
      lifetime: 50,
      answer: (token) => ({ token, expires_in: 999 }),
    })
    let isLate = false
    await pushDockerTar(
      await createTestArchive({ images: [{ layers: [{ a: 'x'.repeat(9000) }] }] }),
      handle,
      'team/app',
      'v1',
      {
        chunkSize: 2000,
        onProgress: ({ sentBytes }) => {
          if (sentBytes > 4000 && !isLate) vi.setSystemTime(Date.now() + 60_000)
          isLate ||= sentBytes > 4000
        },
      },
    )
    expect(await listTags(handle, 'team/app')).toEqual(['v1'])
    expect(desk.requests).toHaveLength(2)
    const chunks = origins.at(REGISTRY).filter(({ method }) => method === 'PATCH')
    const ranges = chunks.map(({ headers }) => headers.get('content-range'))
    expect(ranges.length).toBe(new Set(ranges).size + 1)
    const twice = chunks.filter(
      ({ headers }) => headers.get('content-range') === ranges.find((range, index) => ranges.indexOf(range) !== index),
    )
    expect(twice[0]?.body).toBe(twice[1]?.body)
    expect(twice[0]?.path).toBe(twice[1]?.path)
    expect(origins.at(REGISTRY).filter(({ method }) => method === 'POST')).toHaveLength(2)
    expect(origins.at(REGISTRY).filter(({ method }) => method === 'DELETE')).toHaveLength(0)
  })
})
