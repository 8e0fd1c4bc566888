import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { serveTestRegistry } from '../../../src/testing/node.ts'
import { runCommand, runInTerminal } from '../../support/command.ts'
import { keepUpload } from '../../support/kept-upload.ts'
import { writeLargeArchive } from '../../support/large-archive.ts'
import { unique } from '../../support/published-image.ts'

const registry = inject('registryUrl')
const host = new URL(registry).host
const top = mkdtempSync(join(tmpdir(), 'command-uploads-'))
afterAll(() => rmSync(top, { recursive: true }))

const digestOf = (character: string) => `sha256:${character.repeat(64)}`

/** A user with no uploads, who calls the command. */
function user() {
  const state = join(top, unique())
  const env = { XDG_STATE_HOME: state }
  const folder = join(state, 'registry-api-v2-client/sessions')
  return {
    run: (...args: string[]) => runCommand(args, { env }),
    env,
    keep: (repository: string, character = 'a', url = registry) =>
      keepUpload(url, { repository, digest: digestOf(character), folder }),
  }
}

const statusOf = async (location: string) => (await fetch(location)).status

describe('registry-client uploads', () => {
  const archive = join(top, 'large.tar')
  beforeAll(() => writeLargeArchive(archive, { layers: 1, layerMiB: 20, name: 'team/app:v1' }))

  it('lists what an interrupted push with --resume has left, until the next one continues it', async () => {
    const { run, env } = user()
    const name = `${host}/cli/uploads-${unique()}`
    const push = ['push', archive, `${name}:v1`, '--resume']
    const interrupted = await runCommand([...push, '--limit-rate', '10M', '--debug'], {
      env,
      kill: { signal: 'SIGINT', after: 'PATCH http' },
    })
    expect(interrupted.code).toBe(130)
    const { uploads } = JSON.parse((await run('uploads', '--json')).stdout)
    expect(uploads).toEqual([
      expect.objectContaining({ repository: name.slice(host.length + 1), sentBytes: expect.any(Number) }),
    ])
    const [{ sentBytes, size, digest }] = uploads
    expect(sentBytes).toBeGreaterThan(0)
    expect(sentBytes).toBeLessThan(size)
    const listed = await run('uploads')
    expect(listed.stdout).toMatch(
      new RegExp(`^ *SENT +SIZE +SAVED +UPLOAD\\n.* [kM]B +21\\.0 MB +.*  ${name}@${digest}\\n$`),
    )

    const resumed = await run(...push, '--debug')
    expect(resumed.code).toBe(0)
    // It asks how far the upload is.
    expect(resumed.stderr).toMatch(/debug: GET .*\/blobs\/uploads\//)
    const after = await run('uploads')
    expect(after).toMatchObject({ code: 0, stdout: '', stderr: 'No upload is unfinished.\n' })
  })

  it('lists those of a registry, a repository or a blob', async () => {
    const { run, keep } = user()
    const [one, two] = [`cli/one-${unique()}`, `cli/two-${unique()}`]
    await keep(one, 'a')
    await keep(one, 'b')
    await keep(two, 'a')
    const count = async (place: string) =>
      JSON.parse((await run('uploads', 'list', place, '--json')).stdout).uploads.length
    expect(await Promise.all([host, registry, `${host}/${one}`, `${host}/${one}@${digestOf('b')}`].map(count))).toEqual(
      [3, 3, 2, 1],
    )
    expect(await count(`${host}/${one}@${digestOf('c')}`)).toBe(0)
    expect(await count('registry.example.com')).toBe(0)
  })
})

describe('registry-client uploads drop', () => {
  it('shows the uploads, asks, and cancels them at the registry', async () => {
    const { env, run, keep } = user()
    const repository = `cli/drop-${unique()}`
    const location = await keep(repository)
    const args = ['uploads', 'drop', `${host}/${repository}`]
    const refused = await runInTerminal(args, { env, columns: 200, keys: [{ after: '[y/N]', press: 'n\r' }] })
    expect(refused.code).toBe(1)
    expect(refused.screen).toContain('Nothing was dropped.')
    expect(await statusOf(location)).toBe(204)
    const { code, screen } = await runInTerminal(args, { env, columns: 200, keys: [{ after: '[y/N]', press: 'y\r' }] })
    expect(code).toBe(0)
    expect(screen).toMatch(/^ *1\.00 kB +3\.00 kB +just now +\S+@sha256:a{64}$/m)
    expect(screen).toContain(`dropped ${host}/${repository}@${digestOf('a')}`)
    expect(await statusOf(location)).toBe(404)
    expect((await run('uploads', '--json')).stdout).toBe('{\n  "uploads": []\n}\n')
  })

  it('drops what the list prints, and leaves the others', async () => {
    const { run, keep } = user()
    const repository = `cli/some-${unique()}`
    const [, kept] = [await keep(repository, 'a'), await keep(repository, 'b')]
    const { stdout } = await run('uploads')
    const [reference = ''] = stdout.match(/\S+@sha256:a+/) ?? []
    const dropped = await run('uploads', 'drop', reference, reference, '--yes', '--json')
    expect(JSON.parse(dropped.stdout).dropped).toEqual([
      expect.objectContaining({ repository, digest: digestOf('a'), isCancelled: true }),
    ])
    expect(await statusOf(kept)).toBe(204)
    expect(JSON.parse((await run('uploads', '--json')).stdout).uploads).toMatchObject([{ digest: digestOf('b') }])
  })

  it('forgets an upload that the registry has lost, with a note', async () => {
    const { run, keep } = user()
    const repository = `cli/lost-${unique()}`
    await fetch(await keep(repository), { method: 'DELETE' })
    const { code, stderr } = await run('uploads', 'drop', `${host}/${repository}`, '--yes')
    expect([code, stderr]).toEqual([0, expect.stringContaining('The registry did not cancel')])
    expect((await run('uploads')).stdout).toBe('')
  })

  it('keeps an upload whose registry refuses, and exits with its code', async () => {
    const faults = [{ kind: 'status', method: 'DELETE', status: 403, times: 99 }] as const
    const refusing = await serveTestRegistry({ faults })
    const { run, keep } = user()
    await keep('team/app', 'a', refusing.url)
    const { code, stderr } = await run('uploads', 'drop', new URL(refusing.url).host, '--yes')
    await refusing.close()
    expect([code, stderr]).toEqual([6, expect.stringContaining('403')])
    expect(stderr).toContain('0 of 1 uploads were dropped.')
    expect((await run('uploads')).stdout).toContain(`team/app@${digestOf('a')}`)
  })

  it.each([
    [
      'nothing is unfinished there',
      [`${host}/cli/none`, '--yes'],
      5,
      'there is no unfinished upload\n  Run "registry-client uploads"',
    ],
    ['there is a tag', [`${host}/cli/none:v1`], 2, `uploads have no tag\n  Pass ${host}/cli/none.`],
    ['no place is given', [], 2, 'Missing required argument'],
  ])('exits with a remedy when %s', async (_, args, exitCode, text) => {
    const { code, stdout, stderr } = await user().run('uploads', 'drop', ...args)
    expect([code, stdout]).toEqual([exitCode, ''])
    expect(stderr).toContain(text)
  })

  it('exits with 2, and drops nothing, without a terminal and --yes', async () => {
    const { run, keep } = user()
    const repository = `cli/asked-${unique()}`
    const location = await keep(repository)
    const { code, stderr } = await run('uploads', 'drop', `${host}/${repository}`)
    expect([code, stderr]).toEqual([2, expect.stringContaining('Pass --yes.')])
    expect(await statusOf(location)).toBe(204)
  })
})
