import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { getDigest, listRepositories, listTags, openRegistry, pushDockerTar } from '../../src/node/index.ts'
import { type Distribution, HTPASSWD_USER, startDistribution } from '../support/distribution.ts'
import { installExample } from '../support/example-program.ts'
import { secondRegistry } from '../support/second-registry.ts'

// The programs of examples/: the commands of their READMEs, with the address of a real registry.

const ARCHIVE = 'test/archives/docker-29.8-graph-driver.tar'
const OTHER_ARCHIVE = 'test/archives/jib-3.4.tar'
const DIGEST = /sha256:[0-9a-f]{64}/
const ADDRESS = 'http://localhost:15000'

const registry = secondRegistry()

describe('examples/node', () => {
  let signedIn: Distribution
  const config = mkdtempSync(join(tmpdir(), 'docker-config-'))
  beforeAll(async () => {
    signedIn = await startDistribution({ auth: { htpasswd: HTPASSWD_USER } })
    const { username, password } = HTPASSWD_USER
    const auth = Buffer.from(`${username}:${password}`).toString('base64')
    writeFileSync(join(config, 'config.json'), JSON.stringify({ auths: { [new URL(signedIn.url).host]: { auth } } }))
  })
  afterAll(async () => {
    await signedIn?.stop()
    rmSync(config, { recursive: true })
  })

  it('pushes all names of the archive with the credentials of docker login', async () => {
    const example = await installExample('node', { 'exported.tar': ARCHIVE })
    const { stdout, exitCode } = await example.run('node', { [ADDRESS]: signedIn.url }, { DOCKER_CONFIG: config })
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^docker.io\/team\/app:v1 sha256:/)
    const handle = openRegistry(signedIn.url, { credentials: HTPASSWD_USER })
    expect([...(await listRepositories(handle))].sort()).toEqual(['other/app', 'team/app'])
    const refused = await example.run('node', { [ADDRESS]: signedIn.url }, { DOCKER_CONFIG: join(config, 'none') })
    expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('SIGN_IN_REQUIRED: ') })
    expect(await example.run('node', { [`exported.tar ${ADDRESS}`]: '' })).toMatchObject({ exitCode: 2 })
  })
})

describe('examples/concurrent', () => {
  it('pushes all archives of a folder, and tells which failed', async () => {
    const example = await installExample('concurrent', {
      'archives/one.tar': ARCHIVE,
      'archives/two.tar': OTHER_ARCHIVE,
      'archives/three.tar': 'test/archives/crane-0.22.tar',
      'archives/four.tar': 'test/archives/docker-20.10-graph-driver.tar',
      'archives/broken.tar': 'package.json',
    })
    const { stdout, stderr, exitCode } = await example.run('node', { [ADDRESS]: registry.url })
    expect(stdout).toMatch(/^two.tar sha256:/m)
    expect(stdout).toContain('4 of 5 archives pushed')
    expect(stderr).toMatch(/^broken.tar: .*not an archive/)
    expect(exitCode).toBe(1)
    expect(await listTags(registry.url, 'team/app')).toContain('v1')
  })
})

describe.each([
  { name: 'deno', check: ['deno', 'check', 'push.ts'] },
  { name: 'bun', check: ['tsc'] },
])('examples/$name', ({ name, check }) => {
  it('pushes an archive and lists the tags', async () => {
    const example = await installExample(name, { 'exported.tar': ARCHIVE })
    const address = registry.url.replace('127.0.0.1', 'localhost')
    const replace = { 'localhost:15000': new URL(address).host, 'team/app': `examples/${name}` }
    const { stdout, exitCode } = await example.run(name, replace)
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(DIGEST)
    expect(stdout).toContain('"v1"')
    expect(await listTags(registry.url, `examples/${name}`)).toEqual(['v1'])
    expect(await example.run(name, { 'exported.tar': 'README.md' })).toMatchObject({ exitCode: 1 })
  })

  it('has the types that its runtime expects', async () => {
    const example = await installExample(name)
    const [program = '', ...args] = check
    await example.runTool(program, args)
  })
})

describe('examples/air-gapped', () => {
  const behind = secondRegistry()

  it('moves images, and only what changed', async () => {
    const example = await installExample('air-gapped')
    const sync = () => example.run('node', { [ADDRESS]: registry.url, 'http://localhost:15001': behind.url })
    const push = (archive: string, tag: string) => pushDockerTar(archive, registry.url, 'examples/gap', tag)
    writeFileSync(join(example.folder, 'images.txt'), 'examples/gap:v1\nexamples/gap:v2\n')
    await push(ARCHIVE, 'v1')
    await push(ARCHIVE, 'v2')
    expect(await sync()).toMatchObject({ exitCode: 0 })
    const blobs = join(example.folder, 'images/blobs/sha256')
    const written = () => new Map(readdirSync(blobs).map((name) => [name, statSync(join(blobs, name)).mtimeMs]))
    const before = written()
    await push(OTHER_ARCHIVE, 'v2')
    expect(await sync()).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('examples/gap:v2 sha256:') })
    for (const tag of ['v1', 'v2']) {
      expect(await getDigest(behind.url, 'examples/gap', tag)).toBe(await getDigest(registry.url, 'examples/gap', tag))
    }
    const after = written()
    expect(after.size).toBeGreaterThan(before.size)
    for (const [name, time] of before) expect(after.get(name)).toBe(time)
  })
})
