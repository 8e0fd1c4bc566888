import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import {
  createImage,
  createIndex,
  getConfig,
  getImageInfo,
  getManifest,
  listImageFiles,
  openArchive,
  openImage,
  pushImage,
} from '../../../src/node/index.ts'
import { runCommand, runInTerminal } from '../../support/command.ts'

const registry = inject('registryUrl')
const host = new URL(registry).host
const folder = mkdtempSync(join(tmpdir(), 'build-'))
const dist = join(folder, 'dist')

beforeAll(async () => {
  mkdirSync(join(dist, 'node_modules'), { recursive: true })
  writeFileSync(join(dist, 'index.js'), 'run()')
  writeFileSync(join(dist, 'start'), '#!/bin/sh\n', { mode: 0o755 })
  writeFileSync(join(dist, 'node_modules', 'x.js'), '')
  const config = { cmd: ['/bin/base'], env: { A: '1', B: '2' }, workingDir: '/srv', labels: { old: 'yes' } }
  const [amd64, arm64] = await Promise.all(
    ['linux/amd64', 'linux/arm64'].map((platform) =>
      createImage({ files: { 'bin/base': platform }, config, platform }),
    ),
  )
  await pushImage(amd64 as never, registry, 'cli/base', 'v1')
  await pushImage(await createIndex([amd64, arm64] as never), registry, 'cli/base', 'all')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function filesOf(repository: string, tag: string, platform?: string): Promise<readonly string[]> {
  const paths = []
  const image = await openImage(registry, repository, tag, { platform })
  for await (const { path, type } of listImageFiles(image)) if (type === 'file') paths.push(path)
  return paths.toSorted()
}

describe('registry-client edit', () => {
  it('pushes a changed image, and prints its reference', async () => {
    const to = `${host}/cli/edited:v2`
    const edits = ['--env', 'C=a=b', '--unset-env', 'B', '--label', 'new=1', '--unset-label', 'old', '--user', '1000']
    const more = ['--cmd', `node "in dex.js"`, '--entrypoint', '["/bin/sh"]', '--workdir', '', '--port', '8080']
    const { code, stdout, stderr } = await runCommand(['edit', `${host}/cli/base:v1`, ...edits, ...more, '--to', to])
    expect(stderr).toBe('')
    expect(code).toBe(0)
    const { digest, configuration } = await getImageInfo(registry, 'cli/edited', 'v2')
    expect(stdout).toBe(`${to}@${digest}\n`)
    expect(configuration).toMatchObject({
      env: ['A=1', 'C=a=b'],
      labels: { new: '1' },
      user: '1000',
      cmd: ['node', 'in dex.js'],
      entrypoint: ['/bin/sh'],
      workingDir: undefined,
      exposedPorts: { '8080/tcp': {} },
    })
  })

  it('prints what would change with --dry-run, and changes nothing', async () => {
    const { digest } = await getManifest(registry, 'cli/base', 'v1')
    const args = ['edit', `${host}/cli/base:v1`, '--env', 'A=9', '--dry-run']
    const { code, stdout } = await runCommand(args)
    expect(code).toBe(0)
    expect(stdout).toContain('~ config env A: "1" -> "9"\n')
    expect(stdout).toContain(`digest: ${digest} -> sha256:`)
    expect(JSON.parse((await runCommand([...args, '--json'])).stdout)).toMatchObject({
      previous: digest,
      images: [{ config: [{ type: 'changed', field: 'env', name: 'A', from: '1', to: '9' }] }],
    })
    expect((await getManifest(registry, 'cli/base', 'v1')).digest).toBe(digest)
  })

  it('changes one platform of an index', async () => {
    const args = ['--platform', 'linux/arm64', '--env', 'A=9', '--to', `${host}/cli/edited:arm`]
    expect((await runCommand(['edit', `${host}/cli/base:all`, ...args])).code).toBe(0)
    const { images = [] } = await getImageInfo(registry, 'cli/edited', 'arm')
    expect(images.map(({ configuration }) => configuration?.env)).toEqual([
      ['A=1', 'B=2'],
      ['A=9', 'B=2'],
    ])
  })

  it('asks on a terminal before it moves the tag of the image', async () => {
    const image = await openImage(registry, 'cli/base', 'v1')
    const digest = await pushImage(image, registry, 'cli/asked', 'v1')
    const args = ['edit', `${host}/cli/asked:v1`, '--env', 'A=9']
    const question = `Move ${host}/cli/asked:v1 to the changed image? [y/N]`
    const no = await runInTerminal(args, { columns: 120, keys: [{ after: question, press: 'n\r' }] })
    expect(no.screen).toContain('Nothing was changed.')
    expect([no.code, (await getManifest(registry, 'cli/asked', 'v1')).digest]).toEqual([1, digest])
    const piped = await runCommand(args)
    expect(piped.stderr).toContain('--yes')
    expect([piped.code, (await getManifest(registry, 'cli/asked', 'v1')).digest]).toEqual([2, digest])
    const yes = await runInTerminal(args, { columns: 120, keys: [{ after: question, press: 'y\r' }] })
    expect([yes.code, (await getConfig(registry, 'cli/asked', 'v1')).configuration?.env]).toEqual([0, ['A=9', 'B=2']])
  })

  it.each([
    ['nothing to change', [], 'no option changes it', 2],
    ['a command with an operator of a shell', ['--cmd', 'a && b'], `'["/bin/sh","-c","a && b"]'`, 2],
    ['a quote without an end', ['--cmd', `a "b`], 'has no end', 2],
    ['an array that is not JSON', ['--cmd', `['a']`], `'["node","index.js"]'`, 2],
    ['a variable without a value', ['--env', 'A'], 'NAME=value', 2],
    ['--to with -o', ['--env', 'A=1', '--to', 'a/b', '-o', 'x.tar'], 'cannot be used with', 2],
    ['--name without -o', ['--env', 'A=1', '--to', `${host}/a/b`, '--name', 'x'], '--name without -o', 2],
    ['a registry as the destination', ['--env', 'A=1', '--to', host], `${host}/app:v1`, 2],
    ['a port that is none', ['--port', '70000', '--to', `${host}/a/b:v1`], '70000', 2],
    ['a platform that is not there', ['--env', 'A=1', '--platform', 'linux/s390x', '--to', `${host}/a/b`], 's390x', 3],
  ])('exits with a code of its own for %s', async (_, args, message, exitCode) => {
    const { code, stdout, stderr } = await runCommand(['edit', `${host}/cli/base:all`, ...args])
    expect(stderr).toContain(message)
    expect([code, stdout]).toEqual([exitCode, ''])
  })
})

describe('registry-client append', () => {
  it('adds files and folders as one layer, and writes a tar', async () => {
    const file = join(folder, 'appended.tar')
    const files = [join(dist, 'index.js'), join(dist, 'node_modules')]
    const args = ['append', `${host}/cli/base:v1`, ...files, '--at', '/srv', '--chown', '1000', '-o', file]
    const { code, stdout } = await runCommand(args)
    expect(code).toBe(0)
    const archive = await openArchive(file)
    const [image] = archive.images
    expect(stdout).toBe(`${host}/cli/base:v1@${image?.manifest.digest}\n`)
    expect(image?.layers).toHaveLength(2)
    const found = []
    for await (const { path, uid } of listImageFiles(image as never)) found.push(`${uid} ${path}`)
    expect(found.toSorted()).toEqual(expect.arrayContaining(['1000 srv/index.js', '1000 srv/x.js', '0 bin/base']))
    await archive.close()
    const again = await runCommand(args)
    expect(again.stderr).toContain('--force')
    expect(again.code).toBe(2)
  })

  it('wants a platform of an index, and adds the files to all with --platform all', async () => {
    const args = ['append', `${host}/cli/base:all`, dist, '--to', `${host}/cli/appended:v1`]
    const { code, stderr } = await runCommand(args)
    expect(stderr).toContain('linux/amd64, linux/arm64\n  Choose with --platform linux/amd64, or --platform all.')
    expect(code).toBe(2)
    expect((await runCommand([...args, '--platform', 'all', '--exclude', 'node_modules'])).code).toBe(0)
    expect(await filesOf('cli/appended', 'v1', 'linux/arm64')).toEqual(['bin/base', 'index.js', 'start'])
  })
})

describe('registry-client build', () => {
  it('makes an image of a folder on a base, in the working folder', async () => {
    const args = ['--base', `${host}/cli/base:v1`, '--cmd', 'node index.js', '--exclude', 'node_modules']
    const { code, stdout } = await runCommand(['build', dist, ...args, '--to', `${host}/cli/built:v1`])
    expect(code).toBe(0)
    const { digest, configuration } = await getImageInfo(registry, 'cli/built', 'v1')
    expect(stdout).toBe(`${host}/cli/built:v1@${digest}\n`)
    expect(configuration).toMatchObject({ cmd: ['node', 'index.js'], env: ['A=1', 'B=2'] })
    expect(await filesOf('cli/built', 'v1')).toEqual(['bin/base', 'srv/index.js', 'srv/start'])
    // The same files give the same digest.
    expect((await runCommand(['build', dist, ...args, '--to', `${host}/cli/built:v2`])).stdout).toContain(digest)
  })

  it('makes an image without a base, with the date of SOURCE_DATE_EPOCH, and names it in the tar', async () => {
    const file = join(folder, 'built.tar')
    const args = [
      'build',
      dist,
      '--entrypoint',
      '/start',
      '--platform',
      'linux/arm64',
      '-o',
      file,
      '--name',
      'built:v1',
    ]
    const { code, stdout } = await runCommand(args, { env: { SOURCE_DATE_EPOCH: '1700000000' } })
    expect(code).toBe(0)
    const archive = await openArchive(file)
    const [image] = archive.images
    expect(stdout).toContain(`built:v1@${image?.manifest.digest}`)
    expect(image?.configuration).toMatchObject({
      architecture: 'arm64',
      entrypoint: ['/start'],
      created: '2023-11-14T22:13:20.000Z',
    })
    await archive.close()
  })

  it('makes the image of one platform of a base, or an index of several', async () => {
    const args = ['build', dist, '--base', `${host}/cli/base:all`, '--to', `${host}/cli/platforms`]
    expect((await runCommand([...args, '--platform', 'linux/arm64'])).code).toBe(0)
    expect(await getImageInfo(registry, 'cli/platforms', 'latest')).toMatchObject({ architecture: 'arm64' })
    expect((await runCommand([...args, '--platform', 'linux/arm64', '--platform', 'linux/amd64'])).code).toBe(0)
    const { platforms } = await getImageInfo(registry, 'cli/platforms', 'latest')
    expect(platforms).toHaveLength(2)
  })

  it('says that it does not read a Dockerfile or a .dockerignore, unless they are left out', async () => {
    const files = join(folder, 'docker')
    mkdirSync(files)
    for (const name of ['Dockerfile', '.dockerignore', 'app']) writeFileSync(join(files, name), 'x')
    const build = (...args: string[]) =>
      runCommand(['build', files, '-o', join(folder, 'docker.tar'), '--force', ...args])
    const { code, stderr } = await build()
    expect(code).toBe(0)
    expect(stderr).toContain(
      `warning: The Dockerfile in "${files}" is not read: it goes into the image. Pass --exclude`,
    )
    expect(stderr).toContain('warning: The .dockerignore in ')
    expect((await build('--exclude', 'Dockerfile', '--exclude', '.dockerignore')).stderr).not.toContain('warning')
  })

  it('leaves no file and no temporary file if it is interrupted', async () => {
    const big = join(folder, 'big')
    mkdirSync(big)
    writeFileSync(join(big, 'data'), Buffer.alloc(200_000_000, 'random bytes'))
    const out = join(folder, 'out')
    mkdirSync(out)
    const args = ['build', big, '-o', join(out, 'big.tar')]
    const { code, screen } = await runInTerminal(args, { columns: 120, keys: [{ after: 'packing', press: '\x03' }] })
    expect(screen).toContain('Interrupted')
    expect(code).toBe(130)
    expect(readdirSync(out)).toEqual([])
  })

  it.each([
    ['no destination', [], '--to registry/repository:tag, or -o FILE', 2],
    ['a folder that does not exist', ['--to', `${host}/a/b:v1`], 'Cannot open', 3],
    ['several platforms without a base', ['--platform', 'all', '-o', 'x.tar'], '--base IMAGE', 2],
    ['a base that does not exist', ['--base', `${host}/cli/none:v1`, '-o', 'x.tar'], '404', 5],
    ['a date that is none', ['--created', 'yesterday', '-o', 'x.tar'], '2026-01-31', 2],
  ])('exits with a code of its own for %s', async (_, args, message, exitCode) => {
    const { code, stdout, stderr } = await runCommand(['build', join(folder, 'nothing'), ...args])
    expect(stderr).toContain(message)
    expect([code, stdout, existsSync('x.tar')]).toEqual([exitCode, '', false])
  })
})
