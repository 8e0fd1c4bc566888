import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { openArchive, openImage, pushDockerTar } from '../../../src/node/index.ts'
import { runCommand, runInTerminal } from '../../support/command.ts'

const ARCHIVE = 'test/archives/docker-29.8-graph-driver.tar'
const PLATFORMS = 'test/archives/docker-29.8-containerd-all-platforms.tar'
const registry = inject('registryUrl')
const host = new URL(registry).host
const folder = mkdtempSync(join(tmpdir(), 'command-pull-'))
const at = (name: string) => join(folder, name)
let digest: string

beforeAll(async () => {
  digest = await pushDockerTar(ARCHIVE, registry, 'cli/pull', 'v1')
  await pushDockerTar(ARCHIVE, registry, 'cli/pull-other', 'v1')
})
afterAll(() => rmSync(folder, { recursive: true }))

/** The names and digests of the images in a tar or a folder. */
async function imagesIn(path: string) {
  const archive = await openArchive(path)
  const images = archive.images.map(({ names, manifest }) => [names.join(), manifest.digest])
  await archive.close()
  return images
}

describe('registry-client pull', () => {
  it('writes a tar of the name of the image, and prints the reference', async () => {
    const { code, stdout, stderr } = await runCommand(['pull', `${host}/cli/pull:v1`], { cwd: folder })
    expect(stderr).toBe('Written to cli-pull-v1.tar\n')
    expect(code).toBe(0)
    expect(stdout).toBe(`${host}/cli/pull:v1@${digest}\n`)
    expect(await imagesIn(at('cli-pull-v1.tar'))).toEqual([[`${host}/cli/pull:v1`, digest]])
  })

  it('writes several images into one tar', async () => {
    const references = [`${host}/cli/pull:v1@${digest}`, `${registry}/cli/pull-other:v1`]
    const { code, stdout } = await runCommand(['pull', ...references, '-o', at('both.tar'), '--json'])
    expect(code).toBe(0)
    const names = [`${host}/cli/pull:v1`, `${host}/cli/pull-other:v1`]
    expect(JSON.parse(stdout)).toEqual({
      path: at('both.tar'),
      size: readFileSync(at('both.tar')).length,
      images: [{ names, digest }],
    })
  })

  it('writes the archive alone to stdout', async () => {
    const { code, bytes, stderr } = await runCommand(['pull', `${host}/cli/pull:v1`, '-o', '-'])
    expect(code).toBe(0)
    expect(stderr).toBe(`${host}/cli/pull:v1@${digest}\n`)
    const archive = await openArchive(bytes)
    expect(archive.images[0]?.manifest.digest).toBe(digest)
  })

  it('writes a folder, and adds another image to it', async () => {
    const first = await runCommand(['pull', `${host}/cli/pull:v1`, '-o', `${at('layout')}/`])
    const second = await runCommand([
      'pull',
      `${host}/cli/pull-other:v1`,
      '-o',
      at('layout'),
      '--name',
      'team/other:v1',
    ])
    expect([first.code, second.code]).toEqual([0, 0])
    expect((await imagesIn(at('layout'))).flat().join()).toContain('docker.io/team/other:v1')
  })

  it('pulls one platform with its digest', async () => {
    const index = await pushDockerTar(PLATFORMS, registry, 'cli/pull-platforms', 'v1')
    const args = ['pull', `${host}/cli/pull-platforms:v1`, '--platform', 'linux/arm64', '-o', at('arm.tar')]
    const { stdout } = await runCommand(args)
    const { children } = await openImage(registry, 'cli/pull-platforms', index)
    const { digest } = children.find(({ platform }) => platform?.architecture === 'arm64')?.manifest ?? {}
    expect(stdout).toBe(`${host}/cli/pull-platforms:v1@${digest}\n`)
  })

  it('does not replace a file without --force', async () => {
    writeFileSync(at('mine.tar'), 'mine')
    const args = ['pull', `${host}/cli/pull:v1`, '-o', at('mine.tar')]
    const { code, stderr } = await runCommand(args)
    expect(code).toBe(2)
    expect(stderr).toBe(`error: Cannot write "${at('mine.tar')}": it exists\n  Pass --force to replace it.\n`)
    expect(readFileSync(at('mine.tar'), 'utf8')).toBe('mine')
    expect((await runCommand([...args, '--force'])).code).toBe(0)
    expect(await imagesIn(at('mine.tar'))).toHaveLength(1)
  })

  it('does not write a layout among other files', async () => {
    const mine = mkdtempSync(join(folder, 'mine-'))
    writeFileSync(join(mine, 'notes.txt'), 'mine')
    const { code, stderr } = await runCommand(['pull', `${host}/cli/pull:v1`, '-o', '.'], { cwd: mine })
    expect(code).toBe(2)
    expect(stderr).toBe(
      'error: Cannot write an OCI layout into the folder ".": it has other files\n  Pass a new folder, or a file such as image.tar.\n',
    )
    expect(readdirSync(mine)).toEqual(['notes.txt'])
  })

  it.each([
    ['an image that does not exist', ['pull', `${host}/cli/pull:v9`], 5],
    ['a platform that the image lacks', ['pull', `${host}/cli/pull:v1`, '--platform', 'linux/s390x'], 3],
    ['a limit that the image exceeds', ['pull', `${host}/cli/pull:v1`, '--limit', 'jsonSize=2'], 3],
    ['a folder in the format docker', ['pull', `${host}/cli/pull:v1`, '-o', './', '--format', 'docker'], 2],
    ['a folder that is missing', ['pull', `${host}/cli/pull:v1`, '-o', 'missing/app.tar'], 1],
  ])('exits with a remedy for %s, and leaves no file', async (_, args, exitCode) => {
    const cwd = mkdtempSync(join(folder, 'failed-'))
    const { code, stderr } = await runCommand(args, { cwd })
    expect(code).toBe(exitCode)
    expect(stderr).toMatch(/^error: Cannot .+\n(?: {2}[A-Z].+\.\n)?$/)
    expect(readdirSync(cwd)).toEqual([])
  })

  it('exits with 2 for --json with -o -, and for no reference', async () => {
    const both = await runCommand(['pull', `${host}/cli/pull:v1`, '-o', '-', '--json'])
    expect(both.code).toBe(2)
    expect(JSON.parse(both.stdout).error.message).toBe('Cannot use --json with -o -: both write to stdout')
    const none = await runCommand(['pull'])
    expect(none.code).toBe(2)
    expect(none.stderr).toContain('Missing required argument "reference"')
  })

  it('exits with 2 if stdout is a terminal', async () => {
    const { code, screen } = await runInTerminal(['pull', `${host}/cli/pull:v1`, '-o', '-'], { columns: 200 })
    expect(code).toBe(2)
    expect(screen).toContain('Cannot write an archive to a terminal')
  })
})

describe('registry-client convert', () => {
  it('writes the images of an archive into a tar with other names', async () => {
    const args = ['convert', ARCHIVE, '-o', at('named.tar'), '--name', 'localhost:5000/team/named:v2']
    const { code, stdout } = await runCommand(args)
    expect(code).toBe(0)
    expect(stdout).toBe(`localhost:5000/team/named:v2@${digest}\n`)
    expect(await imagesIn(at('named.tar'))).toEqual([['localhost:5000/team/named:v2', digest]])
  })

  it('reads stdin and writes stdout', async () => {
    const { code, bytes } = await runCommand(['convert', '-', '-o', '-', '--compress', 'gzip:1', '--format', 'oci'], {
      input: readFileSync(ARCHIVE),
    })
    expect(code).toBe(0)
    const { images, tarManifest } = await openArchive(bytes)
    expect(tarManifest).toBeUndefined()
    expect(images[0]?.layers.map(({ mediaType }) => mediaType)).toEqual(
      Array(3).fill('application/vnd.oci.image.layer.v1.tar+gzip'),
    )
  })

  it('writes a folder', async () => {
    const { code, stdout } = await runCommand(['convert', ARCHIVE, '-o', `${at('converted')}/`, '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ path: `${at('converted')}/`, images: [{ digest }] })
    expect(existsSync(at('converted/index.json'))).toBe(true)
  })

  it('exits with 2 without -o', async () => {
    const { code, stderr } = await runCommand(['convert', ARCHIVE])
    expect(code).toBe(2)
    expect(stderr).toContain('-o, --output')
  })
})
