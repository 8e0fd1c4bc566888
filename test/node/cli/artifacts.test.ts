import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import {
  createImage,
  getManifest,
  listReferrers,
  pullArtifact,
  pushArtifact,
  pushDockerTar,
  pushImage,
} from '../../../src/node/index.ts'
import { createTestArchive } from '../../../src/testing/index.ts'
import { runCommand, runInTerminal } from '../../support/command.ts'

const registry = inject('registryUrl')
const host = new URL(registry).host
const folder = mkdtempSync(join(tmpdir(), 'cli-artifacts-'))
const SPDX = 'application/spdx+json'
const DATE = 'org.opencontainers.image.created=2024-01-01T00:00:00Z'
const run = (...args: string[]) => runCommand(args, { cwd: folder })
const newFolder = () => mkdtempSync(join(folder, 'to-'))
let count = 0

beforeAll(() => {
  writeFileSync(join(folder, 'sbom.json'), '{"spdxVersion":"SPDX-2.3"}')
  mkdirSync(join(folder, 'reports:2024'))
  writeFileSync(join(folder, 'reports:2024', 'one.txt'), 'one')
  mkdirSync(join(folder, 'docs'))
  writeFileSync(join(folder, 'docs', 'a.md'), '# A')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Pushes an image of its own for a test. */
async function image(): Promise<{ repository: string; name: string; digest: string }> {
  const repository = `cli/artifacts-${count++}`
  const archive = await createTestArchive({ images: [{ layers: [{ file: repository }] }] })
  const digest = await pushDockerTar(archive, registry, repository, 'v1')
  return { repository, name: `${host}/${repository}`, digest }
}

describe('registry-client attach', () => {
  it('attaches files with their media types and annotations, and prints the reference of the artifact', async () => {
    const { repository, name, digest } = await image()
    const annotations = ['--annotation', 'a=b=c', '--annotation', 'empty=', '--annotation', DATE]
    const files = ['sbom.json:application/json', 'docs', join(folder, 'reports:2024/one.txt')]
    const { code, stdout, stderr } = await run('attach', `${name}:v1`, ...files, '--type', SPDX, ...annotations)
    expect(stderr).toBe('')
    expect(code).toBe(0)
    const [referrer] = await listReferrers(registry, repository, 'v1')
    expect(stdout).toBe(`${name}@${referrer?.digest}\n`)
    const artifact = await pullArtifact(registry, repository, referrer?.digest ?? '')
    expect(artifact).toMatchObject({ artifactType: SPDX, annotations: { a: 'b=c', empty: '' }, subject: { digest } })
    expect(artifact.files.map(({ title, mediaType }) => [title, mediaType])).toEqual([
      ['sbom.json', 'application/json'],
      ['docs', 'application/vnd.oci.image.layer.v1.tar+gzip'],
      ['one.txt', 'application/vnd.oci.image.layer.v1.tar'],
    ])
  })

  it('prints the artifact with --json, as attachArtifact() describes it', async () => {
    const { repository, name, digest } = await image()
    const flags = ['--type', SPDX, '--annotation', DATE, '--json']
    const { code, stdout } = await run(
      'attach',
      `${name}@${digest}`,
      `${folder}/reports:2024/one.txt:text/plain`,
      ...flags,
    )
    expect(code).toBe(0)
    const [referrer] = await listReferrers(registry, repository, 'v1')
    expect(JSON.parse(stdout)).toEqual({
      reference: `${name}@${referrer?.digest}`,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      digest: referrer?.digest,
      size: referrer?.size,
      artifactType: SPDX,
      annotations: { 'org.opencontainers.image.created': '2024-01-01T00:00:00Z' },
      subject: expect.objectContaining({ digest }),
    })
  })

  it.each([
    ['there is no type', ['sbom.json'], 2, 'Required option "--type <type>" not specified'],
    ['an annotation has no name', ['--type', SPDX, '--annotation', '=x'], 2, 'Pass NAME=value'],
    ['there is no file', ['--type', SPDX], 3, 'there is no file'],
    ['the file does not exist', ['none.json:text/plain', '--type', SPDX], 3, 'Cannot open "none.json"'],
    ['the type is none', ['sbom.json', '--type', 'nonsense'], 3, '"nonsense" is not a media type'],
  ])('fails if %s', async (_, args, code, message) => {
    const outcome = await run('attach', `${host}/cli/none:v1`, ...args)
    expect(outcome).toMatchObject({ code, stdout: '' })
    expect(outcome.stderr).toContain(message)
  })

  it('exits with 5 if the image does not exist', async () => {
    const { code, stderr } = await run('attach', `${host}/cli/none:v1`, 'sbom.json', '--type', SPDX)
    expect(code).toBe(5)
    expect(stderr).toContain('error: Cannot attach to "cli/none": the registry does not have v1 there')
  })
})

describe('registry-client referrers', () => {
  it('lists referrers as a table, as a tree and as a document', async () => {
    const { repository, name } = await image()
    const attach = async (subject: string, ...args: string[]) => (await run('attach', subject, ...args)).stdout.trim()
    const sbom = await attach(`${name}:v1`, 'sbom.json', '--type', SPDX, '--annotation', 'note=a\u001b[31mb')
    const signature = await attach(sbom, 'sbom.json', '--type', 'application/x.signature')
    const [inList] = await listReferrers(registry, repository, 'v1')
    const digestOf = (reference: string) => reference.split('@')[1] as string

    const table = await run('referrers', `${name}:v1`)
    expect(table).toMatchObject({ code: 0, stderr: '' })
    const [head, row, end] = table.stdout.split('\n')
    expect(head).toMatch(/^KIND +TYPE +DIGEST +SIZE +CREATED$/)
    expect(row?.split(/ {2,}/)).toEqual(['sbom', SPDX, digestOf(sbom), `${inList?.size} B`, 'just now'])
    expect(end).toBe('')

    const tree = await run('referrers', `${name}:v1`, '--tree')
    expect(tree.stdout.split('\n')).toEqual([
      `${name}:v1`,
      expect.stringMatching(
        new RegExp(`^└─ sbom {2}application/spdx\\+json {2}${digestOf(sbom)} {2}\\d+ B {2}just now$`),
      ),
      '   │  note: a\\u001b[31mb',
      expect.stringMatching(new RegExp(`^ {3}└─ unknown {2}application/x.signature {2}${digestOf(signature)}`)),
      '',
    ])

    const { stdout } = await run('referrers', `${name}:v1`, '--tree', '--json')
    const [first] = JSON.parse(stdout).referrers
    expect(first).toMatchObject({ kind: 'sbom', digest: digestOf(sbom), artifactType: SPDX })
    expect(first.referrers).toMatchObject([{ digest: digestOf(signature), referrers: [] }])
    const flat = JSON.parse((await run('referrers', `${name}:v1`, '--json')).stdout)
    expect(flat).toEqual({ referrers: JSON.parse(JSON.stringify(await listReferrers(registry, repository, 'v1'))) })

    const { screen } = await runInTerminal(['referrers', `${name}:v1`], { columns: 200 })
    expect(screen).toBe(table.stdout.trimEnd())
    const narrow = await runInTerminal(['referrers', `http://${name}:v1`], { columns: 80 })
    expect(narrow.screen.split('\n')).toEqual([
      expect.stringMatching(/^KIND {2}TYPE .{0,76}$/),
      expect.stringMatching(/^sbom {2}application\/spdx\+json {2}sha256:\w+… {2}.{0,40}$/),
    ])
  })

  it('lists artifacts of a type, and says on stderr that there are none', async () => {
    const { name } = await image()
    await run('attach', `${name}:v1`, 'sbom.json', '--type', SPDX)
    expect((await run('referrers', `${name}:v1`, '--type', SPDX)).stdout).toContain(SPDX)
    expect(await run('referrers', `${name}:v1`, '--type', 'application/x.other')).toMatchObject({
      code: 0,
      stdout: '',
      stderr: `The registry has no referrers of ${name}:v1.\n`,
    })
  })

  it('exits with 5 if there is no such tag', async () => {
    expect(await run('referrers', `${host}/cli/none:v1`)).toMatchObject({ code: 5, stdout: '' })
  })
})

describe('registry-client artifact push', () => {
  it('pushes files under a tag, which is latest by default, and prints their reference', async () => {
    const name = `${host}/cli/pushed`
    const tagged = await run('artifact', 'push', `${name}:v1`, 'sbom.json', '--type', SPDX, '--annotation', DATE)
    const { digest } = await getManifest(registry, 'cli/pushed', 'v1')
    expect(tagged).toMatchObject({ code: 0, stdout: `${name}:v1@${digest}\n`, stderr: '' })
    const latest = JSON.parse((await run('artifact', 'push', name, 'sbom.json', '--json')).stdout)
    expect(latest).toMatchObject({ artifactType: 'application/vnd.unknown.artifact.v1' })
    expect((await getManifest(registry, 'cli/pushed', 'latest')).digest).toBe(latest.digest)
  })

  it('exits with 2 if a digest is given, and with the help if there is no command', async () => {
    const { code, stderr } = await run('artifact', 'push', `${host}/cli/pushed@sha256:${'0'.repeat(64)}`, 'sbom.json')
    expect(code).toBe(2)
    expect(stderr).toContain('a digest follows from the files\n  Pass a tag.')
    const help = await run('artifact')
    expect(help).toMatchObject({ code: 2, stdout: '' })
    expect(help.stderr).toContain('Usage: registry-client artifact <command>')
  })

  it('refuses a title with a colon, which is a drive on Windows', async () => {
    writeFileSync(join(folder, '12:30.txt'), 'noon')
    const { code, stderr } = await run('artifact', 'push', `${host}/cli/pushed:v2`, '12:30.txt')
    expect(code).toBe(3)
    expect(stderr).toContain('the title "12:30.txt" is not safe: it has a colon')
  })
})

describe('registry-client artifact pull', () => {
  const name = `${host}/cli/pulled:v1`
  beforeAll(async () => {
    await pushArtifact(registry, 'cli/pulled', 'v1', [
      { title: 'deep/sbom.json', data: new TextEncoder().encode('{}') },
      { title: 'b.txt', data: new TextEncoder().encode('b') },
    ])
  })

  it('writes the files into a folder and prints their paths, in a terminal too', async () => {
    const to = newFolder()
    const pulled = await runCommand(['artifact', 'pull', name], { cwd: to })
    expect(pulled).toMatchObject({ code: 0, stdout: 'deep/sbom.json\nb.txt\n', stderr: '' })
    expect(readFileSync(join(to, 'deep/sbom.json'), 'utf8')).toBe('{}')
    const { code, screen } = await runInTerminal(['artifact', 'pull', name, '-o', 'out'], { cwd: to })
    expect(code).toBe(0)
    expect(screen).toContain('out/deep/sbom.json\nout/b.txt')
    expect(readFileSync(join(to, 'out/b.txt'), 'utf8')).toBe('b')
  })

  it('replaces no file that exists, unless it is told to', async () => {
    const to = newFolder()
    writeFileSync(join(to, 'b.txt'), 'mine')
    const kept = await run('artifact', 'pull', name, '-o', to)
    expect(kept).toMatchObject({ code: 2, stdout: '' })
    expect(kept.stderr).toContain(
      `Cannot write "${join(to, 'b.txt')}": it exists\n  Pass --force to replace it, or choose another folder.`,
    )
    expect(readFileSync(join(to, 'b.txt'), 'utf8')).toBe('mine')
    const replaced = await run('artifact', 'pull', name, '-o', to, '--force', '--json')
    expect(replaced.code).toBe(0)
    expect(JSON.parse(replaced.stdout)).toMatchObject({
      reference: expect.stringMatching(/^[^@]+@sha256:/),
      files: [{ title: 'deep/sbom.json' }, { title: 'b.txt', path: join(to, 'b.txt') }],
    })
    expect(readFileSync(join(to, 'b.txt'), 'utf8')).toBe('b')
  })

  it('writes the only file to stdout with -o -', async () => {
    await pushArtifact(registry, 'cli/pulled', 'one', [{ title: 'a.bin', data: Uint8Array.of(0, 255, 10) }])
    const { code, bytes, stderr } = await run('artifact', 'pull', `${host}/cli/pulled:one`, '-o', '-')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect([...bytes]).toEqual([0, 255, 10])
    const two = await run('artifact', 'pull', name, '-o', '-')
    expect(two).toMatchObject({ code: 2, stdout: '' })
    expect(two.stderr).toContain('it has 2 files\n  Pass a folder to -o.')
    expect(await run('artifact', 'pull', name, '-o', '-', '--json')).toMatchObject({ code: 2 })
  })

  it('exits with 3 if no file has a title, so that nothing is written', async () => {
    await pushImage(await createImage({ files: { chart: 'x' } }), registry, 'cli/pulled', 'untitled')
    const to = newFolder()
    const { code, stdout, stderr } = await run('artifact', 'pull', `${host}/cli/pulled:untitled`, '-o', to)
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
    expect(stderr).toContain('no file has a title\n  Write the only file to stdout with -o -.')
    expect(readdirSync(to)).toEqual([])
  })

  it('fails with a remedy if the folder is a file', async () => {
    const { code, stderr } = await run('artifact', 'pull', name, '-o', 'sbom.json')
    expect(code).toBe(1)
    expect(stderr).toContain('error: Cannot write "sbom.json": EEXIST: file already exists\n  Choose another path')
  })

  it('writes through no link in the folder', async () => {
    const [to, outside] = [newFolder(), newFolder()]
    symlinkSync(outside, join(to, 'deep'))
    const { code, stderr } = await run('artifact', 'pull', name, '-o', to, '--force')
    expect(code).toBe(1)
    expect(stderr).toContain('it is a link\n  Remove it, or choose another folder.')
  })
})
