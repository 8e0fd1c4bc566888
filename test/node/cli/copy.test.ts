import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { getManifest, listTags, pushDockerTar } from '../../../src/node/index.ts'
import { runCommand } from '../../support/command.ts'
import { type Distribution, startDistribution } from '../../support/distribution.ts'

const ARCHIVE = 'test/archives/docker-29.8-graph-driver.tar'
const OTHER = 'test/archives/docker-29.8-containerd-all-platforms.tar'
const registry = inject('registryUrl')
const host = new URL(registry).host
let mirror: Distribution
let mirrorHost: string
let digest: string

beforeAll(async () => {
  mirror = await startDistribution()
  mirrorHost = new URL(mirror.url).host
  digest = await pushDockerTar(ARCHIVE, registry, 'cli/copy', 'v1', { tags: ['v2', 'latest'] })
})
afterAll(() => mirror?.stop())

describe('registry-client copy', () => {
  it('copies an image to another registry under its own name', async () => {
    const { code, stdout, stderr } = await runCommand(['copy', `${host}/cli/copy:v1`, mirrorHost])
    expect(stderr).toBe('')
    expect(code).toBe(0)
    expect(stdout).toBe(`${mirrorHost}/cli/copy:v1@${digest}\n`)
    expect((await getManifest(mirror.url, 'cli/copy', 'v1')).digest).toBe(digest)
  })

  it('tells with --json that an image is there already', async () => {
    const args = ['copy', `${host}/cli/copy:v1`, `${mirror.url}/cli/present:v9`, '--json']
    expect(JSON.parse((await runCommand(args)).stdout).images[0].outcome).toBe('copied')
    const { code, stdout } = await runCommand(args)
    expect(code).toBe(0)
    const place = { registry: mirrorHost, repository: 'cli/present', tag: 'v9', digest, outcome: 'present' }
    expect(JSON.parse(stdout)).toEqual({ images: [{ reference: `${mirrorHost}/cli/present:v9@${digest}`, ...place }] })
  })

  it('copies the tags that match a pattern', async () => {
    const { code, stdout } = await runCommand(['copy', `${host}/cli/copy`, `${mirrorHost}/cli/some`, '--tags', 'v?'])
    expect(code).toBe(0)
    expect(stdout).toBe(`${mirrorHost}/cli/some:v1@${digest}\n${mirrorHost}/cli/some:v2@${digest}\n`)
    expect((await listTags(mirror.url, 'cli/some')).toSorted()).toEqual(['v1', 'v2'])
  })

  it('copies all tags within a registry', async () => {
    const { code } = await runCommand(['copy', `${host}/cli/copy`, `${host}/cli/all-copied`, '--all-tags'])
    expect(code).toBe(0)
    expect((await listTags(registry, 'cli/all-copied')).toSorted()).toEqual(['latest', 'v1', 'v2'])
  })

  it('leaves a tag alone with --no-clobber', async () => {
    const before = await pushDockerTar(OTHER, mirror.url, 'cli/kept', 'v1')
    const args = ['copy', `${host}/cli/copy:v1`, `${mirrorHost}/cli/kept:v1`, '--no-clobber']
    const { code, stdout, stderr } = await runCommand(args)
    expect(code).toBe(0)
    expect(stdout).toBe(`${mirrorHost}/cli/kept:v1@${before}\n`)
    expect(stderr).toMatch(/^warning: /)
    expect((await getManifest(mirror.url, 'cli/kept', 'v1')).digest).toBe(before)
  })

  it('says how to plan where --dry-run is given for several tags', async () => {
    const { code, stderr } = await runCommand([
      'copy',
      `${host}/cli/copy`,
      `${mirrorHost}/cli/dry`,
      '--all-tags',
      '--dry-run',
    ])
    expect(code).toBe(2)
    expect(stderr).toContain(`registry-client tags ${host}/cli/copy`)
  })

  it('shows the plan with --dry-run, and copies nothing', async () => {
    const { code, stdout } = await runCommand(['copy', `${host}/cli/copy:v1`, `${mirrorHost}/cli/dry`, '--dry-run'])
    expect(code).toBe(0)
    expect(stdout).toContain(`${mirrorHost}/cli/dry:v1 will be new: ${digest}`)
    await expect(listTags(mirror.url, 'cli/dry')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it.each([
    ['an archive as source', [ARCHIVE, `${host}/cli/x`], 2, `registry-client push ${ARCHIVE} ${host}/cli/x`],
    ['an image that does not exist', [`${host}/cli/copy:v9`, `${host}/cli/x`], 5, 'v9'],
    ['a tag and --all-tags', [`${host}/cli/copy:v1`, host, '--all-tags'], 2, `Pass the repository ${host}/cli/copy.`],
    ['a registry that does not answer', [`${host}/cli/copy:v1`, 'localhost:9'], 7, 'localhost:9'],
    ['one argument', [`${host}/cli/copy:v1`], 2, 'destination'],
  ])('exits with a remedy for %s', async (_, args, exitCode, text) => {
    const { code, stdout, stderr } = await runCommand(['copy', ...args])
    expect(code).toBe(exitCode)
    expect(stdout).toBe('')
    expect(stderr).toContain(text)
  })
})
