import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest'
import { freePort, isListening } from '../../scripts/find/port.js'
import { startServer } from '../../scripts/find/server.js'
import { getDigest, listTags } from '../../src/index.ts'
import { installExample } from '../support/example-program.ts'

const ARCHIVE = readFileSync('test/archives/docker-29.8-graph-driver.tar')
/** Larger than the limit of the server, and not an archive: the server answers before it has read all. */
const LARGE = new Uint8Array(20_000_000)

let folder: string
beforeAll(async () => {
  folder = (await installExample('relay')).folder
})

describe.each(['express', 'hono'])('examples/relay/%s.js', (name) => {
  /** Starts the server of the example. Returns what uploads to it. */
  async function startRelay() {
    const port = await freePort()
    const server = await startServer(process.execPath, [join(folder, `${name}.js`)], {
      env: { PORT: String(port), REGISTRY: inject('registryUrl'), MAX_BYTES: '100000', NODE_OPTIONS: '' },
      isUp: () => isListening(port),
    })
    onTestFinished(server.stop)
    return async (image: string, body: Uint8Array<ArrayBuffer>) => {
      const query = new URLSearchParams({ name: image })
      const answer = await fetch(`http://127.0.0.1:${port}/images?${query}`, { method: 'PUT', body })
      return { status: answer.status, json: await answer.json() }
    }
  }

  it('pushes uploads, and answers errors with their codes', async () => {
    const upload = await startRelay()
    const repository = `examples/${name}`
    const { status, json } = await upload(`${repository}:v1`, ARCHIVE)
    const digest = await getDigest(inject('registryUrl'), repository, 'v1')
    expect({ status, json }).toEqual({ status: 201, json: { repository, tag: 'v1', digest } })

    expect(await upload('not a name', ARCHIVE)).toMatchObject({ status: 400, json: { code: 'REFERENCE_INVALID' } })
    expect(await upload(`${repository}:v2`, LARGE)).toMatchObject({ status: 413, json: { code: 'LIMIT_EXCEEDED' } })
    const text = new Uint8Array(Buffer.alloc(1000, 'text'))
    expect(await upload(`${repository}:v2`, text)).toMatchObject({ status: 400, json: { code: 'NOT_AN_ARCHIVE' } })
    expect(await listTags(inject('registryUrl'), repository)).toEqual(['v1'])
  })
})
