import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import {
  attachArtifact,
  getManifest,
  listReferrers,
  openRegistry,
  pullArtifact,
  pushArtifact,
  pushDockerTar,
} from '../../src/index.ts'
import * as node from '../../src/node/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { runCommand } from '../support/command.ts'
import type { Distribution } from '../support/distribution.ts'
import { type Peer, peerAt } from '../support/peers.ts'
import { ALL, describeReal } from '../support/real-registries.ts'

// oras and regctl beside us, at each registry. zot has the referrers API, but states no type and no `OCI-Subject`.

const DATE = '2024-01-01T00:00:00Z'
const CREATED = 'org.opencontainers.image.created'
const SPDX = 'application/spdx+json'
type PulledFacts = Pick<node.PulledFile, 'mediaType' | 'annotations'>
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

describeReal('artifacts at {}', ALL, ({ start }) => {
  let registry: Distribution
  let [oras, regctl]: readonly Peer[] = []
  const folder = mkdtempSync(join(tmpdir(), 'artifacts-'))
  let count = 0

  beforeAll(async () => {
    registry = await start()
    const { oras: orasProgram, regctl: regctlProgram } = inject('goPrograms')
    if (!orasProgram.path || !regctlProgram.path) throw new Error(`${orasProgram.absence} ${regctlProgram.absence}`)
    oras = peerAt(orasProgram.path, folder)
    const run = peerAt(regctlProgram.path, folder)
    regctl = (...args) => run('--host', `reg=${new URL(registry.url).host},tls=disabled`, ...args)
    writeFileSync(join(folder, 'sbom.json'), '{"spdxVersion":"SPDX-2.3"}')
    mkdirSync(join(folder, 'reports'))
    writeFileSync(join(folder, 'reports', 'one.txt'), 'one')
  })
  afterAll(async () => {
    await registry?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  /** An image of its own for each test. */
  async function image(): Promise<{ repository: string; name: string; digest: string }> {
    const repository = `artifacts/${count++}`
    const layers = [{ file: repository }]
    const digest = await pushDockerTar(
      await createTestArchive({ images: [{ layers }] }),
      registry.url,
      repository,
      'v1',
    )
    return { repository, name: `${new URL(registry.url).host}/${repository}`, digest }
  }

  it('attachArtifact() writes the manifest of "oras attach" to the byte, and is listed like it', async () => {
    const { repository, name, digest } = await image()
    const annotations = { b: '<&>', '10': 'ten', '9': 'nine', a: '"quoted" ü', [CREATED]: DATE }
    const flags = Object.entries(annotations).flatMap(([key, value]) => ['--annotation', `${key}=${value}`])
    await oras?.('attach', '--plain-http', '--artifact-type', SPDX, ...flags, `${name}:v1`, 'sbom.json:text/plain')
    const [theirs] = await listReferrers(registry.url, repository, 'v1')
    const data = readFileSync(join(folder, 'sbom.json'))
    const files = [{ title: 'sbom.json', data, mediaType: 'text/plain' }]
    const ours = await attachArtifact(registry.url, repository, 'v1', files, { artifactType: SPDX, annotations })
    const manifests = [theirs?.digest ?? '', ours.digest].map((one) => getManifest(registry.url, repository, one))
    const [one, other] = await Promise.all(manifests)
    expect(text(other?.bytes as Uint8Array)).toBe(text(one?.bytes as Uint8Array))
    expect(ours.subject?.digest).toBe(digest)
    expect(await listReferrers(registry.url, repository, digest)).toMatchObject([
      { digest: ours.digest, artifactType: SPDX, kind: 'sbom', annotations, subject: digest, tag: undefined },
    ])
  })

  it('pushArtifact() writes the manifests of "oras push" to the byte', async () => {
    const { repository, name } = await image()
    const annotations = { [CREATED]: DATE }
    const date = ['--annotation', `${CREATED}=${DATE}`]
    await oras?.('push', '--plain-http', ...date, `${name}:theirs`, 'sbom.json', 'reports/one.txt:text/plain')
    await oras?.('push', '--plain-http', ...date, `${name}:empty`)
    const data = (path: string) => new Blob([readFileSync(join(folder, path))])
    const files = [
      { title: 'sbom.json', data: data('sbom.json') },
      { title: './reports//one.txt', data: data('reports/one.txt'), mediaType: 'text/plain' },
    ]
    const ours = await pushArtifact(registry.url, repository, 'ours', files, { annotations })
    const theirs = await getManifest(registry.url, repository, 'theirs')
    expect(text((await getManifest(registry.url, repository, 'ours')).bytes)).toBe(text(theirs.bytes))
    expect(ours.digest).toBe(theirs.digest)
    const empty = await pushArtifact(registry.url, repository, 'empty-too', [], { annotations })
    expect(empty.digest).toBe((await getManifest(registry.url, repository, 'empty')).digest)
  })

  it('oras and regctl find and pull what attachArtifact() attaches', async () => {
    const { repository, name } = await image()
    const files = [{ title: 'deep/note.txt', data: new TextEncoder().encode('hello') }]
    const { digest } = await attachArtifact(registry.url, repository, 'v1', files, {
      artifactType: 'application/x.note',
    })
    const found = JSON.parse((await oras?.('discover', '--plain-http', '--format', 'json', `${name}:v1`)) ?? '')
    expect(found.referrers).toMatchObject([{ digest }])
    const listed = JSON.parse((await regctl?.('artifact', 'list', `${name}:v1`, '--format', '{{json .}}')) ?? '')
    expect(listed.descriptors).toMatchObject([{ digest }])
    await oras?.('pull', '--plain-http', '--output', 'pulled', `${name}@${digest}`)
    expect(readFileSync(join(folder, 'pulled/deep/note.txt'), 'utf8')).toBe('hello')
    expect(await regctl?.('artifact', 'get', '--subject', `${name}:v1`)).toBe('hello')
  })

  it('listReferrers() finds and pullArtifact() pulls what oras and regctl attach', async () => {
    const { repository, name, digest } = await image()
    await oras?.('attach', '--plain-http', '--artifact-type', SPDX, `${name}:v1`, 'sbom.json')
    const put = ['artifact', 'put', '--artifact-type', 'application/x.regctl', '--file', 'sbom.json', '--file-title']
    await regctl?.(...put, '--subject', `${name}:v1`)
    const warnings: string[] = []
    const options = { onWarning: (warning: string) => void warnings.push(warning) }
    const referrers = await listReferrers(registry.url, repository, 'v1', options)
    expect(referrers.map(({ artifactType, kind }) => [artifactType, kind]).sort()).toEqual([
      [SPDX, 'sbom'],
      ['application/x.regctl', 'unknown'],
    ])
    expect(warnings).toEqual([])
    for (const referrer of referrers) {
      const { files, subject } = await pullArtifact(registry.url, repository, referrer.digest)
      expect(subject?.digest).toBe(digest)
      expect(files.map(({ title }) => title)).toEqual(['sbom.json'])
      expect(text(await (files[0] as (typeof files)[number]).bytes())).toBe('{"spdxVersion":"SPDX-2.3"}')
    }
    const filtered = await listReferrers(registry.url, repository, digest, { artifactType: SPDX })
    expect(filtered.map(({ artifactType }) => artifactType)).toEqual([SPDX])
  })

  it('"oras pull" unpacks a folder that pushArtifact() packs, and pullArtifact() pulls one that oras packs', async () => {
    const { repository, name } = await image()
    mkdirSync(join(folder, 'docs/sub/deep'), { recursive: true })
    writeFileSync(join(folder, 'docs/sub/deep/a.md'), '# A')
    writeFileSync(join(folder, 'docs/run.sh'), 'true', { mode: 0o755 })
    const files = [
      { path: join(folder, 'docs'), title: 'docs' },
      { path: join(folder, 'docs'), title: 'the/docs' },
      { path: join(folder, 'sbom.json'), mediaType: 'text/plain' },
    ]
    await node.pushArtifact(registry.url, repository, 'ours', files)
    const output = join(folder, `output-${repository.replace('/', '-')}`)
    await oras?.('pull', '--plain-http', '--output', output, `${name}:ours`)
    for (const place of ['docs', 'the/docs']) {
      expect(readFileSync(join(output, place, 'sub/deep/a.md'), 'utf8')).toBe('# A')
      expect(statSync(join(output, place, 'run.sh')).mode & 0o777).toBe(0o755)
    }
    expect(readFileSync(join(output, 'sbom.json'), 'utf8')).toBe('{"spdxVersion":"SPDX-2.3"}')
    await oras?.('push', '--plain-http', `${name}:theirs`, 'docs', 'reports/one.txt')
    const pulled = await node.pullArtifact(registry.url, repository, 'theirs', { to: join(output, 'theirs') })
    expect(pulled.files.map(({ title }) => title)).toEqual(['docs', 'reports/one.txt'])
    expect(readFileSync(join(output, 'theirs/reports/one.txt'), 'utf8')).toBe('one')
    const ours = await node.pullArtifact(registry.url, repository, 'ours')
    // Only the dates of the files in the tar, and so the digests, differ.
    const facts = ({ mediaType, annotations }: PulledFacts) => [mediaType, Object.keys(annotations).sort()]
    expect(facts(ours.files[0] as PulledFacts)).toEqual(facts(pulled.files[0] as PulledFacts))
  })

  it('oras and regctl find what "registry-client attach" attaches, and it lists and pulls what they attach', async () => {
    const { name, digest } = await image()
    const run = async (...args: string[]) => {
      const { code, stdout, stderr } = await runCommand([...args, '--json', '--quiet'], { cwd: folder })
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      return JSON.parse(stdout)
    }
    const ours = await run('attach', `${name}:v1`, 'sbom.json:application/json', 'reports', '--type', SPDX)
    const found = JSON.parse((await oras?.('discover', '--plain-http', '--format', 'json', `${name}:v1`)) ?? '')
    expect(found.referrers).toMatchObject([{ digest: ours.digest }])
    const listed = JSON.parse((await regctl?.('artifact', 'list', `${name}:v1`, '--format', '{{json .}}')) ?? '')
    expect(listed.descriptors).toMatchObject([{ digest: ours.digest }])
    await oras?.('pull', '--plain-http', '--output', 'by-oras', ours.reference)
    expect(readFileSync(join(folder, 'by-oras/sbom.json'), 'utf8')).toBe('{"spdxVersion":"SPDX-2.3"}')
    expect(readFileSync(join(folder, 'by-oras/reports/one.txt'), 'utf8')).toBe('one')

    await oras?.('attach', '--plain-http', '--artifact-type', 'application/x.sig', ours.reference, 'sbom.json:text/x')
    const { referrers } = await run('referrers', `${name}@${digest}`, '--tree')
    expect(referrers).toMatchObject([
      { digest: ours.digest, kind: 'sbom', referrers: [{ artifactType: 'application/x.sig', referrers: [] }] },
    ])
    const theirs = `${name}@${referrers[0].referrers[0].digest}`
    const { files } = await run('artifact', 'pull', theirs, '-o', 'by-us')
    expect(files).toMatchObject([{ title: 'sbom.json', mediaType: 'text/x' }])
    expect(readFileSync(join(folder, 'by-us/sbom.json'), 'utf8')).toBe('{"spdxVersion":"SPDX-2.3"}')
  })

  it('six attachArtifact() at once lose no entry', async () => {
    const { repository, name } = await image()
    const handle = openRegistry(registry.url)
    const attached = await Promise.all(
      Array.from({ length: 6 }, (_, n) => {
        const files = [{ title: 'n.txt', data: new TextEncoder().encode(String(n)) }]
        return attachArtifact(n % 2 ? handle : registry.url, repository, 'v1', files, {
          artifactType: `application/x.${n}`,
        })
      }),
    )
    const digests = attached.map(({ digest }) => digest).sort()
    const listed = await listReferrers(registry.url, repository, 'v1')
    expect(listed.map(({ digest }) => digest).sort()).toEqual(digests)
    const found = JSON.parse((await oras?.('discover', '--plain-http', '--format', 'json', `${name}:v1`)) ?? '')
    expect(found.referrers.map(({ digest }: { digest: string }) => digest).sort()).toEqual(digests)
  })
})
