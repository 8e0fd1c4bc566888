import { createServer } from 'node:http'
import { once } from 'node:events'
import { it } from 'vitest'
import { createExchange } from '../../src/registry/http.ts'
import { toReadable } from '../../src/source/stream.ts'
it('x', async () => {
    const server = createServer(() => undefined)
    await once(server.listen(0, '127.0.0.1'), 'listening')
    let n = 0
    async function* endless() {
      try { for (;;) { if (++n > 200) { console.log(new Error('pulled').stack); process.exit(3) } yield new Uint8Array(2**20) } } finally { console.log('ended', n) }
    }
    const exchange = createExchange({ base: new URL(`http://127.0.0.1:${(server.address() as any).port}`), fetch: (r) => globalThis.fetch(r), ownHeaders: {}, retry: 0, retryDelay: 1, timeout: 1 })
    const t = setInterval(() => console.log(n), 300)
    await exchange({ act: 'send', method: 'PUT', url: '/', isUpload: true, timeout: 1000, body: () => toReadable(endless()) }).catch((e) => console.log('err', String(e)))
    console.log('after', n)
    clearInterval(t)
    server.closeAllConnections(); server.close()
})
