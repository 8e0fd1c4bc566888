import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { serveSlowLink } from '../../scripts/slow-link.js'
import { getManifest } from '../../src/node/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { COMMAND, startCommand } from '../support/command.ts'
import { writeLargeArchive } from '../support/large-archive.ts'
import { type DockerEngine, startDocker } from '../support/peers.ts'
import { describeReal } from '../support/real-registries.ts'

// The command in a shell, with a real Docker and a real registry.

const registry = inject('registryUrl')
const host = new URL(registry).host
const folder = mkdtempSync(join(tmpdir(), 'commands-'))
const client = `${process.execPath} ${COMMAND}`
const execute = promisify(execFile)

/** Runs a line of a shell. It fails if any command of a pipe fails. */
const shell = (line: string) => execute('bash', ['-o', 'pipefail', '-c', line])

/** The uploads that a command has stored to continue them. */
const stored = (state: string) =>
  existsSync(state)
    ? readdirSync(state, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.json'))
    : []

afterAll(() => rmSync(folder, { recursive: true }))

describe('registry-client between docker save and docker load', () => {
  let engine: DockerEngine
  let docker: string

  beforeAll(async () => {
    engine = await startDocker()
    docker = `docker --host ${engine.host}`
    const archive = join(folder, 'made.tar')
    writeFileSync(archive, await createTestArchive({ images: [{ names: ['app:v1'] }] }))
    await engine.docker('load', '--input', archive)
  })
  afterAll(() => engine?.stop())

  it('pushes what docker save pipes, and pulls what docker load reads', async () => {
    const id = await engine.docker('image', 'inspect', '--format', '{{.Id}}', 'app:v1')
    const { stdout } = await shell(`${docker} save app:v1 | ${client} push - ${host}/commands/app:v1`)
    expect(stdout).toBe(`${host}/commands/app:v1@${(await getManifest(registry, 'commands/app', 'v1')).digest}\n`)
    await engine.docker('image', 'rm', 'app:v1')
    const loaded = await shell(`${client} pull ${host}/commands/app:v1 -o - | ${docker} load`)
    expect(loaded.stdout).toContain(`Loaded image: ${host}/commands/app:v1`)
    expect(await engine.docker('image', 'inspect', '--format', '{{.Id}}', `${host}/commands/app:v1`)).toBe(id)
  })

  it('moves no tag if docker save fails', async () => {
    const pushing = shell(`${docker} save app:v9 | ${client} push - ${host}/commands/none:v1`)
    await expect(pushing).rejects.toMatchObject({ code: 3 })
    await expect(getManifest(registry, 'commands/none', 'v1')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('ends when the reader of a pull closes the pipe, and prints no error', async () => {
    const { stderr } = await shell(`{ ${client} pull ${host}/commands/app:v1 -o - || true; } | head -c 10`)
    expect(stderr).not.toContain('error')
  })
})

// Distribution 2 loses an upload whose chunk broke off.
describeReal('registry-client push --resume at {}', ['distribution-3'], ({ start }) => {
  it('continues what a killed process has sent', { timeout: 180_000 }, async () => {
    const [archive, data, state] = [join(folder, 'large.tar'), join(folder, 'data'), join(folder, 'state')]
    await writeLargeArchive(archive, { layers: 1, layerMiB: 24, name: 'team/large:v1' })
    const own = await start({ data })
    const link = await serveSlowLink(own.url, { roundTrip: 10, bitsPerSecond: 64_000_000 })
    const args = ['push', archive, `${new URL(link.url).host}/commands/large:v1`, '--resume', '--debug']
    const env = { XDG_STATE_HOME: state }
    try {
      const first = startCommand(args, { env })
      const killing = setInterval(() => stored(state).length > 0 && first.kill('SIGKILL'), 20)
      expect((await first.outcome).code).toBe(137)
      clearInterval(killing)
      const { code, stderr } = await startCommand(args, { env }).outcome
      expect(code).toBe(0)
      // It asks where the upload is, and does not open another one for the layer.
      expect(stderr).toMatch(/GET \S+\/blobs\/uploads\/\S+ 204/)
      expect((await getManifest(own.url, 'commands/large', 'v1')).digest).toMatch(/^sha256:/)
      expect(stored(state)).toEqual([])
    } finally {
      await link.stop()
      await own.stop()
    }
  })
})
