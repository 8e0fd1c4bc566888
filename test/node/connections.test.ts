import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { listTags, openRegistry, pushDockerTar } from '../../src/index.ts'
import { createTestArchive, createTestRegistry } from '../../src/testing/index.ts'

const CREDENTIALS = { username: 'ci', password: 'hunter2' }

/** A registry in memory that holds each request until a tick later, or for ever where it is told so, and counts those under way. */
function countingRegistry(isHeld: (request: Request) => boolean = () => false) {
  const registry = createTestRegistry({ credentials: CREDENTIALS })
  const counts = { underWay: 0, most: 0, mostUploads: 0 }
  let uploads = 0
  async function fetch(request: Request): Promise<Response> {
    const isUpload = request.method === 'PATCH' || (request.method === 'PUT' && request.url.includes('/uploads/'))
    counts.most = Math.max(counts.most, ++counts.underWay)
    if (isUpload) counts.mostUploads = Math.max(counts.mostUploads, ++uploads)
    try {
      if (isHeld(request)) await new Promise((_, reject) => request.signal.addEventListener('abort', reject))
      await new Promise((resolve) => setTimeout(resolve, 1))
      return await registry.fetch(request)
    } finally {
      counts.underWay--
      if (isUpload) uploads--
    }
  }
  const open = (maxRequests?: number) =>
    openRegistry('https://registry.test', { fetch, credentials: CREDENTIALS, retry: 0, maxRequests })
  return { registry, open, counts }
}

/** Images that share no layer, of eight layers each. */
const archives = (count: number) =>
  Promise.all(
    Array.from({ length: count }, (_, image) =>
      createTestArchive({
        images: [{ layers: Array.from({ length: 8 }, (_, layer) => ({ file: `layer ${layer} of image ${image}` })) }],
      }),
    ),
  )

describe('a handle', () => {
  it.each([undefined, 16, 4])('has at most maxRequests (%s) requests under way', async (maxRequests) => {
    const { open, counts, registry } = countingRegistry()
    const handle = open(maxRequests)
    const pushes = (await archives(30)).map((archive, index) =>
      pushDockerTar(archive, handle, `team/app-${index}`, 'v1'),
    )
    await Promise.all(pushes)
    expect(counts.most).toBeLessThanOrEqual(maxRequests ?? 80)
    expect(counts.most).toBeGreaterThan((maxRequests ?? 80) / 2)
    expect(registry.openUploads).toBe(0)
  })

  it('answers small requests while uploads fill their share', async () => {
    const { open, counts } = countingRegistry(({ method, url }) => method === 'PUT' && url.includes('/uploads/'))
    const handle = open(8)
    const controller = new AbortController()
    const pushes = (await archives(4)).map((archive, index) =>
      pushDockerTar(archive, handle, `team/app-${index}`, 'v1', { signal: controller.signal }),
    )
    await expect.poll(() => counts.mostUploads).toBe(6)
    expect(await listTags(handle, 'team/none').catch(({ status }) => status)).toBe(404)
    controller.abort(new Error('enough'))
    for (const push of await Promise.allSettled(pushes)) {
      expect(push).toMatchObject({ status: 'rejected', reason: { message: 'enough' } })
    }
    expect(counts.mostUploads).toBe(6)
  })

  it('lets an abort end the wait for a connection, and goes on without it', async () => {
    const { open, counts } = countingRegistry(({ url }) => url.includes('/held/'))
    const handle = open(4)
    const [holding, waiting] = [new AbortController(), new AbortController()]
    const held = Array.from({ length: 3 }, () => listTags(handle, 'team/held/app', { signal: holding.signal }))
    await expect.poll(() => counts.underWay).toBe(3)
    const waits = listTags(handle, 'team/waits', { signal: waiting.signal })
    const next = listTags(handle, 'team/next')
    waiting.abort(new Error('no more'))
    await expect(waits).rejects.toThrow('no more')
    holding.abort(new Error('enough'))
    for (const end of await Promise.allSettled(held)) expect(end.status).toBe('rejected')
    await expect(next).rejects.toMatchObject({ status: 404 })
  })

  it.each([0, 3, 4.5, -1, Number.NaN, '8' as unknown as number])('cannot have %s as maxRequests', (maxRequests) => {
    expect(() => openRegistry('https://registry.test', { maxRequests })).toThrow(
      `Cannot use ${maxRequests} as maxRequests: pass a whole number from 4`,
    )
  })
})

describe('the sockets of 50 pushes at once', () => {
  let stop = () => {}
  afterEach(() => stop())

  it('are at most 128', async () => {
    const registry = createTestRegistry()
    const sockets = { open: 0, most: 0 }
    const listener: RequestListener = async (incoming, outgoing) => {
      const chunks: Buffer[] = []
      for await (const chunk of incoming) chunks.push(chunk as Buffer)
      const { method = 'GET', url, headers } = incoming
      const body = method === 'GET' || method === 'HEAD' ? null : Buffer.concat(chunks)
      const given = Object.entries(headers).flatMap(([name, value]) =>
        typeof value === 'string' ? [[name, value]] : [],
      )
      const answer = await registry.fetch(
        new Request(`http://${headers.host}${url}`, { method, headers: given as [string, string][], body }),
      )
      await new Promise((resolve) => setTimeout(resolve, 5))
      outgoing.writeHead(answer.status, [...answer.headers].flat()).end(Buffer.from(await answer.arrayBuffer()))
    }
    const server = createServer((...exchange) => void listener(...exchange))
    server.on('connection', (socket) => {
      sockets.most = Math.max(sockets.most, ++sockets.open)
      socket.on('close', () => sockets.open--)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    stop = () => {
      server.close()
      server.closeAllConnections()
    }
    const handle = openRegistry(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    const pushes = (await archives(50)).map((archive, index) =>
      pushDockerTar(archive, handle, `team/app-${index}`, 'v1'),
    )
    await Promise.all(pushes)
    expect(sockets.most).toBeLessThanOrEqual(128)
    expect(sockets.most).toBeGreaterThan(64)
  })
})
