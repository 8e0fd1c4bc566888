import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { getDigest, pushDockerTar } from '../../src/index.ts'
import { serveTestRegistry } from '../../src/testing/node.ts'
import { makePortableArchive, PORTABLE_DIGESTS } from '../support/compressed-archive.ts'
import { installProject } from '../support/installed-project.ts'
import { gzip, zip, zstd } from '../support/packing.ts'

/** A Worker that pushes what is sent to it: `POST /act?registry=…&repository=…`. */
const WORKER = `
import { copyImage, listTags, pushDockerTar, pushStream } from 'registry-api-v2-client'

const ACTS = {
  push: async (body, registry, repository, options) => pushDockerTar(await body.blob(), registry, repository, 'v1', options),
  stream: (body, registry, repository) => pushStream(body.body, registry, repository, 'v1'),
  list: (_, registry, repository) => listTags(registry, repository),
  copy: (_, registry, repository) =>
    copyImage({ registry, repository, reference: 'v1' }, { registry, repository: repository + '-copy' }),
}

export default {
  async fetch(request) {
    const { pathname, searchParams } = new URL(request.url)
    const act = ACTS[pathname.slice(1)]
    try {
      const options = JSON.parse(searchParams.get('options'))
      return Response.json(await act(request, searchParams.get('registry'), searchParams.get('repository'), options))
    } catch (error) {
      return new Response(error.name + ': ' + error.message, { status: 500 })
    }
  },
}`

/** Without "private", workerd connects to no address of this machine. */
const CONFIG = `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "worker", worker = (modules = [(name = "worker", esModule = embed "bundle.js")], compatibilityDate = "2024-11-11")),
    (name = "internet", network = (allow = ["public", "private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "worker")],
);`

let workerd: ChildProcess
let address: string
beforeAll(async () => {
  const project = await installProject('workerd', {
    files: { 'worker.js': WORKER, 'config.capnp': CONFIG },
    dependencies: { esbuild: '0.28.2', workerd: '1.20261117.1' },
  })
  await project.run('esbuild', ['worker.js', '--bundle', '--format=esm', '--outfile=bundle.js', '--log-level=warning'])
  const { default: program } = createRequire(join(project.folder, 'package.json'))('workerd')
  workerd = spawn(program, ['serve', 'config.capnp', '--control-fd=3'], {
    cwd: project.folder,
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  })
  // One line of JSON for the socket: {"event":"listen","socket":"http","port":…}
  const [line] = await once(workerd.stdio[3] as Readable, 'data')
  address = `http://127.0.0.1:${JSON.parse(String(line)).port}`
})
afterAll(() => void workerd?.kill())

async function ask(
  act: string,
  repository: string,
  body: BodyInit = '',
  options: object = {},
  url = inject('registryUrl'),
) {
  const query = new URLSearchParams({ registry: url, repository, options: JSON.stringify(options) })
  const answer = await fetch(`${address}/${act}?${query}`, { method: 'POST', body })
  return answer.ok ? answer.json() : answer.text()
}

describe('the portable entry in workerd', () => {
  it('pushes the same image as elsewhere, lists its tag, and copies it', async () => {
    const archive = await makePortableArchive()
    const expected = await pushDockerTar(archive, inject('registryUrl'), 'packages/workerd-expected', 'v1')
    expect(await ask('push', 'packages/workerd', archive)).toBe(expected)
    expect(await ask('list', 'packages/workerd')).toEqual(['v1'])
    expect(await ask('copy', 'packages/workerd')).toMatchObject({ digest: expected })
    expect(await getDigest(inject('registryUrl'), 'packages/workerd-copy', 'v1')).toBe(expected)
    expect(await ask('stream', 'packages/workerd-stream', archive)).toBe(expected)
    for (const packed of [await gzip(archive), await zip({ 'image.tar': archive })]) {
      expect(await ask('push', 'packages/workerd-packed', packed)).toBe(expected)
    }
  })

  it('compresses with gzip, and says that zstd takes WebAssembly', async () => {
    const archive = await makePortableArchive()
    expect(await ask('push', 'packages/workerd-gzip', archive, { compress: 'gzip' })).toBe(PORTABLE_DIGESTS.gzip)
    const refusal = /^RegistryError: Cannot (?:compress|unpack) .* does not load/
    expect(await ask('push', 'packages/workerd-zstd', archive, { compress: 'zstd' })).toMatch(refusal)
    expect(await ask('push', 'packages/workerd-zstd', zstd(archive))).toMatch(refusal)
  })

  it('takes the redirect of an upload for a refusal', async () => {
    const faults = [{ kind: 'status', method: 'PUT', status: 307 } as const]
    const registry = await serveTestRegistry({ faults })
    const said = await ask('push', 'team/app', await makePortableArchive(), {}, registry.url)
    expect(said).toMatch(/^ResponseError: Cannot .* answered 307/)
    await registry.close()
  })
})
