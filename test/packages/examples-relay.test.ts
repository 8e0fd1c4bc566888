import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest'
import { freePort, isListening } from '../../scripts/find/port.js'
import { startServer } from '../../scripts/find/server.js'
import { getDigest, listTags } from '../../src/index.ts'
import { installExample } from '../support/example-program.ts'

const ARCHIVE = readFileSync('test/archives/docker-29.8-graph-driver.tar')
const LIMIT = 100_000
// The server answers both before it has read them.
const OVER_LIMIT = new Uint8Array(20_000_000)
const NO_ARCHIVE = new Uint8Array(20_000_000).fill(1)

let folder: string
beforeAll(async () => {
  folder = (await installExample('relay')).folder
})

describe.each(['express', 'hono'])('examples/relay/%s.js', (name) => {
  /** Starts the server of the example. Returns what uploads to it. */
  async function startRelay() {
    const port = await freePort()
    const server = await startServer(process.execPath, [join(folder, `${name}.js`)], {
      env: { PORT: String(port), REGISTRY: inject('registryUrl'), MAX_BYTES: String(LIMIT), NODE_OPTIONS: '' },
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
    expect(await upload(`${repository}:v2`, OVER_LIMIT)).toMatchObject({
      status: 413,
      json: { code: 'LIMIT_EXCEEDED' },
    })
    expect(await upload(`${repository}:v2`, NO_ARCHIVE)).toMatchObject({
      status: 400,
      json: { code: 'NOT_AN_ARCHIVE' },
    })
    expect(await listTags(inject('registryUrl'), repository)).toEqual(['v1'])
  })
})
