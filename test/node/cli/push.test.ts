import { mkdtempSync, readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, inject, it } from 'vitest'
import { getManifest, listTags } from '../../../src/node/index.ts'
import { runCommand, runInTerminal } from '../../support/command.ts'
import { startDistribution } from '../../support/distribution.ts'

const ARCHIVE = 'test/archives/docker-29.8-graph-driver.tar'
/** Three images: team/app:v1, team/multi:v1 and team/artifact:v1. */
const SEVERAL = 'test/archives/docker-29.8-containerd-several-images.tar'
const registry = inject('registryUrl')
const host = new URL(registry).host

const digestOf = async (repository: string, tag: string) => (await getManifest(registry, repository, tag)).digest

describe('registry-client push', () => {
  it('pushes an archive and prints its reference', async () => {
    const { code, stdout, stderr } = await runCommand(['push', ARCHIVE, `${host}/cli/push:v1`])
    expect(stderr).toBe('')
    expect(code).toBe(0)
    expect(stdout).toBe(`${host}/cli/push:v1@${await digestOf('cli/push', 'v1')}\n`)
  })

  it('prints a document with --json', async () => {
    const { code, stdout } = await runCommand(['push', '--json', ARCHIVE, `${registry}/cli/push-json:v1`])
    const digest = await digestOf('cli/push-json', 'v1')
    expect(code).toBe(0)
    const place = { registry: host, repository: 'cli/push-json', tag: 'v1', digest }
    expect(JSON.parse(stdout)).toEqual({ images: [{ reference: `${host}/cli/push-json:v1@${digest}`, ...place }] })
  })

  it('leaves its reference on the screen of a terminal', async () => {
    const { code, screen } = await runInTerminal(['push', ARCHIVE, `${host}/cli/push-tty:v1`], { columns: 200 })
    expect(code).toBe(0)
    expect(screen).toContain(`${host}/cli/push-tty:v1@${await digestOf('cli/push-tty', 'v1')}`)
  })

  it('sets the tag latest if none is given, and all that --tag gives', async () => {
    await runCommand(['push', ARCHIVE, `${host}/cli/push-latest`])
    await runCommand(['push', ARCHIVE, `${host}/cli/push-tags:v1`, '--tag', 'v2', '--tag=1.10'])
    expect(await listTags(registry, 'cli/push-latest')).toEqual(['latest'])
    expect((await listTags(registry, 'cli/push-tags')).toSorted()).toEqual(['1.10', 'v1', 'v2'])
  })

  it('relays an archive from stdin', async () => {
    const { code, stdout } = await runCommand(['push', '-', `${host}/cli/push-stdin:v1`], {
      input: await readFile(ARCHIVE),
    })
    expect(code).toBe(0)
    expect(stdout).toBe(`${host}/cli/push-stdin:v1@${await digestOf('cli/push-stdin', 'v1')}\n`)
  })

  it('pushes all images by all their names with --all-tags', async () => {
    const { code, stdout } = await runCommand([
      'push',
      SEVERAL,
      host,
      '--all-tags',
      '--rename',
      'docker.io/team=cli/all',
    ])
    expect(code).toBe(0)
    expect(stdout.split('\n').map((line) => line.split('@')[0])).toEqual([
      `${host}/cli/all/app:v1`,
      `${host}/cli/all/multi:v1`,
      `${host}/cli/all/artifact:v1`,
      '',
    ])
  })

  it('pushes an image that --image chooses by its own name', async () => {
    const { code, stdout } = await runCommand([
      'push',
      SEVERAL,
      `${host}/`,
      '--image',
      '2',
      '--rename=docker.io/team=cli/2',
    ])
    expect(code).toBe(0)
    expect(stdout).toContain(`${host}/cli/2/artifact:v1@sha256:`)
  })

  it('pushes each image to the registry of its name, and sends each blob to each registry', async () => {
    const other = await startDistribution()
    try {
      const otherHost = new URL(other.url).host
      const renames = [`docker.io/team/app=${host}/cli/own`, `docker.io/team=${otherHost}/cli`]
      const args = ['push', SEVERAL, '--all-tags', ...renames.map((text) => `--rename=${text}`)]
      const { code, stdout } = await runCommand(args)
      expect(code).toBe(0)
      expect(stdout.split('\n').map((line) => line.split('@')[0])).toEqual([
        `${host}/cli/own:v1`,
        `${otherHost}/cli/multi:v1`,
        `${otherHost}/cli/artifact:v1`,
        '',
      ])
      expect((await getManifest(other.url, 'cli/multi', 'v1')).digest).toBe(await digestOf('cli/own', 'v1'))
    } finally {
      await other.stop()
    }
  })

  it('stores no upload after a push with --resume that has succeeded', async () => {
    const state = mkdtempSync(join(tmpdir(), 'command-state-'))
    const args = ['push', ARCHIVE, `${host}/cli/push-resume:v1`, '--resume', '--verify']
    const { code } = await runCommand(args, { env: { XDG_STATE_HOME: state } })
    expect(code).toBe(0)
    expect(readdirSync(state, { recursive: true, withFileTypes: true }).filter((file) => file.isFile())).toEqual([])
  })

  it.each([
    ['a file that does not exist', ['missing.tar', `${host}/cli/x`], 3, 'error: Cannot open "missing.tar"'],
    ['an unknown option', [ARCHIVE, '--nonsense'], 2, 'Unknown option "--nonsense"'],
    ['a second archive', [ARCHIVE, SEVERAL], 2, 'push one archive at a time'],
    [
      'a digest as destination',
      [ARCHIVE, `${host}/cli/x@sha256:${'0'.repeat(64)}`],
      2,
      'a digest is not a destination',
    ],
    ['--all-tags and a tag', [SEVERAL, `${host}/cli/x:v1`, '--all-tags'], 2, 'Leave the tag or --all-tags out.'],
    ['two images for one tag', [SEVERAL, `${host}/cli/x`, '--all-tags'], 3, 'Cannot push two images as'],
    ['several images and no choice', [SEVERAL, host], 3, 'the archive holds 3'],
    ['a name that cannot be read', [ARCHIVE, `${host}/CLI/x`], 3, 'as an image reference'],
    ['a compression that does not exist', [ARCHIVE, `${host}/cli/x`, '--compress', 'xz'], 2, 'Pass gzip, zstd'],
    ['a rate that is no number', [ARCHIVE, `${host}/cli/x`, '--limit-rate', 'fast'], 2, 'bytes per second'],
    ['a limit that the archive exceeds', [ARCHIVE, `${host}/cli/x`, '--limit', 'entries=2'], 3, 'entries'],
    ['stdin and no repository', ['-'], 2, 'Cannot push stdin without a repository'],
    ['stdin and --resume', ['-', `${host}/cli/x`, '--resume'], 2, 'Save the archive to a file'],
  ])('exits with a remedy for %s', async (_, args, exitCode, text) => {
    const { code, stdout, stderr } = await runCommand(['push', ...args])
    expect(code).toBe(exitCode)
    expect(stdout).toBe('')
    expect(stderr.toLowerCase()).toContain(text.toLowerCase())
  })

  it('exits with 2 if stdin is a terminal', async () => {
    const { code, screen } = await runInTerminal(['push', '-', `${host}/cli/x`], { columns: 200 })
    expect(code).toBe(2)
    expect(screen).toContain('Cannot read an archive from stdin: it is a terminal')
  })
})

describe('registry-client plan', () => {
  it('shows tags, blobs and the bytes to send, and sends nothing', async () => {
    const { code, stdout } = await runCommand(['plan', ARCHIVE, `${host}/cli/plan:v1`])
    expect(code).toBe(0)
    expect(stdout.replaceAll(/[0-9a-f]{64}/g, '…')).toBe(`${host}/cli/plan:v1 will be new: sha256:…

ACTION  KIND         SIZE  DIGEST
upload  layer     10.2 kB  sha256:…
upload  layer     10.2 kB  sha256:…
upload  layer     10.2 kB  sha256:…
upload  config      701 B  sha256:…
put     manifest    700 B  sha256:…

31.4 kB of 31.4 kB to send, in about 9 requests
`)
    await expect(listTags(registry, 'cli/plan')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('prints the plans of the SDK with --json, as push --dry-run does', async () => {
    await runCommand(['push', SEVERAL, `${host}/cli/plan-json:v1`, '--image', 'docker.io/team/multi:v1'])
    const args = [SEVERAL, `${host}/cli/plan-json:v1`, '--image=docker.io/team/artifact:v1', '--json']
    const [planned, dry] = [await runCommand(['plan', ...args]), await runCommand(['push', '--dry-run', ...args])]
    expect(dry.stdout).toBe(planned.stdout)
    const { plans } = JSON.parse(planned.stdout)
    const previous = await digestOf('cli/plan-json', 'v1')
    expect(plans).toHaveLength(1)
    expect(plans[0].tags).toEqual([expect.objectContaining({ tag: 'v1', previous })])
  })
})
