import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import {
  createImage,
  editImage,
  getConfig,
  getImageInfo,
  getManifest,
  inspectDockerTar,
  openImage,
  pushArtifact,
  pushDockerTar,
  pushImage,
  setTags,
} from '../../../src/node/index.ts'
import { type CommandOptions, runCommand, runInTerminal } from '../../support/command.ts'

const ARCHIVE = 'test/archives/docker-29.8-graph-driver.tar'
const MULTI = 'test/archives/docker-29.8-containerd-all-platforms.tar'
const registry = inject('registryUrl')
const host = new URL(registry).host
const [APP, HOSTILE] = ['cli/look', 'cli/look-hostile']
const app = `${host}/${APP}`
const hostile = `${host}/${HOSTILE}:v1`

/** Runs a command that has to be done. Returns what it printed. */
async function printed(args: readonly string[], options?: CommandOptions): Promise<string> {
  const { code, stdout, stderr } = await runCommand(args, options)
  expect(stderr).toBe('')
  expect(code).toBe(0)
  return stdout
}

const document = async (args: readonly string[]) => JSON.parse(await printed([...args, '--json']))
/** What `JSON.stringify` keeps of a value of the SDK. */
const plain = (value: unknown) => JSON.parse(JSON.stringify(value))

/** Writes to the title, clears the screen, and turns text around. */
const EVIL = 'a\u001b]0;owned\u0007\u001b[2J\u009b31m\u202e\rb'
let digest: string
let multi: string

beforeAll(async () => {
  digest = await pushDockerTar(ARCHIVE, registry, APP, 'v1.9')
  multi = await pushDockerTar(MULTI, registry, APP, 'multi')
  await setTags(registry, APP, digest, ['v1.10', 'latest'])
  const image = await createImage({
    files: { 'etc/motd': 'hello\n', [`etc/容器-${EVIL}`]: 'x', 'bin/tool': new Uint8Array([0x7f, 0x45, 0, 0xff]) },
    config: { labels: { [EVIL]: EVIL, name: '容器 🐳' }, author: EVIL },
  })
  await pushImage(image, registry, HOSTILE, 'v1')
})

describe('registry-client inspect', () => {
  it('describes an image of a registry, for people and as the document of getImageInfo()', async () => {
    const text = await printed(['inspect', `${app}:v1.9`])
    expect(text).toContain(`name        ${app}:v1.9\ndigest      ${digest}\n`)
    expect(text).toContain('\nplatform    linux/amd64\ncreated     2026-01-02T03:04:05Z (')
    expect(text).toMatch(/\nLAYER {70,75}SIZE {2}CREATED BY\nsha256:[0-9a-f]{64} {2}10\.2 kB {2}COPY app \/app\n/)
    expect(await document(['inspect', `${app}:v1.9`])).toEqual(plain(await getImageInfo(registry, APP, 'v1.9')))
  })

  it('describes the images of an archive', async () => {
    const { digest: config } = await getConfig(registry, APP, 'v1.9')
    const { format, images } = await document(['inspect', ARCHIVE])
    const { id, layers, repoTags } = await inspectDockerTar(ARCHIVE)
    expect([format, id]).toEqual(['oci', config])
    expect(images).toMatchObject([{ digest, names: repoTags, platforms: ['linux/amd64'], layers: plain(layers) }])
    expect(await printed(['inspect', '-'], { input: await readFile(ARCHIVE) })).toContain(`digest      ${digest}\n`)
  })

  it('describes an index by its images, and one platform of it', async () => {
    const text = await printed(['inspect', `${app}:multi`])
    expect(text).toMatch(/\nPLATFORM {8}DIGEST.*\nlinux\/amd64 {5}sha256:.*\nlinux\/arm64\/v8 {2}sha256:.*\n$/)
    expect(await printed(['inspect', MULTI, '--platform', 'linux/arm64'])).toContain('platform    linux/arm64/v8\n')
  })

  it('stays readable in a terminal of 40 columns', async () => {
    const { screen } = await runInTerminal(['inspect', `${app}:v1.9`], { columns: 40 })
    expect(screen).toMatch(/\nLAYER {8,}SIZE {2}CREATED BY\nsha256:[0-9a-f]+… {2}10\.2 kB {2}COPY app \/app\n/)
  })

  it('writes no control code of an image to a terminal, and aligns wide characters', async () => {
    for (const command of [
      ['inspect', hostile],
      ['files', hostile],
      ['history', hostile],
      ['config', hostile],
    ]) {
      const { raw, screen } = await runInTerminal(command, { columns: 120 })
      for (const code of ['\u001b]', '\u001b[2J', '\u009b', '\u202e']) expect(raw).not.toContain(code)
      if (command[0] !== 'history') expect(screen).toContain('\\u001b]0;owned\\u0007')
    }
    const { labels } = (await getImageInfo(registry, HOSTILE, 'v1')).configuration ?? {}
    expect((await document(['inspect', hostile])).configuration.labels).toEqual(labels)
    expect(labels?.[EVIL]).toBe(EVIL)
  })
})

describe('registry-client repos', () => {
  it('lists repositories, and those that match', async () => {
    expect((await printed(['repos', host])).split('\n')).toContain(APP)
    expect(await document(['repos', `http://${host}/`, '--filter', 'cli/look*'])).toEqual([APP, HOSTILE])
  })

  it('exits with 7 if the registry does not answer', async () => {
    const { code, stderr, stdout } = await runCommand(['repos', '127.0.0.1:9', '--json'])
    expect([code, JSON.parse(stdout).error.kind]).toEqual([7, 'network'])
    expect(stderr).toBe('')
  })
})

describe('registry-client tags', () => {
  it('lists tags in the order of the registry, by version, and those that match', async () => {
    expect(await printed(['tags', app])).toBe('latest\nmulti\nv1.9\nv1.10\n')
    expect(await printed(['tags', app, '--sort', 'version'])).toBe('v1.10\nv1.9\nlatest\nmulti\n')
    expect(await document(['tags', app, '--sort', 'version', '--reverse', '--filter', 'v*'])).toEqual(['v1.9', 'v1.10'])
  })

  it('prints a table with digest, size, age and platforms', async () => {
    const lines = (await printed(['tags', app, '--details'])).split('\n')
    expect(lines[0]).toMatch(/^TAG {5}DIGEST {66,72}SIZE {2}CREATED {8}PLATFORMS$/)
    expect(lines[2]).toMatch(
      new RegExp(`^multi   ${multi} +[\\d.]+ kB  \\d+ (month|year)s? ago  linux/amd64,linux/arm64/v8$`),
    )
    expect(lines[3]).toMatch(new RegExp(`^v1.9    ${digest} +[\\d.]+ kB  \\d+ (month|year)s? ago  linux/amd64$`))
    const rows = await document(['tags', app, '--details', '--sort', 'version'])
    expect(rows).toMatchObject([
      { tag: 'v1.10', digest, platforms: ['linux/amd64'] },
      {},
      {},
      { tag: 'multi', digest: multi },
    ])
  })

  it('prints each row as lines in a terminal that is too narrow', async () => {
    const { screen } = await runInTerminal(['tags', app, '--details', '--filter', 'v1.9'], { columns: 40 })
    expect(screen).toMatch(/^v1\.9\n {2}digest +sha256:/)
  })

  it.each([
    [['repos', app], `registry-client tags ${app}`],
    [['tags', host], `Add a repository: ${host}/app:v1.`],
    [['digest', host], `Add a repository: ${host}/app:v1.`],
  ])('exits with 2 for a registry and a repository taken for each other: %j', async (args, remedy) => {
    const { code, stdout, stderr } = await runCommand(args)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(remedy)
  })

  it('exits with 5 if the repository does not exist, and with 2 for an image', async () => {
    expect(await runCommand(['tags', `${host}/cli/missing`])).toMatchObject({ code: 5, stdout: '' })
    const { code, stderr } = await runCommand(['tags', `${app}:v1.9`])
    expect([code, stderr]).toEqual([2, expect.stringContaining(`Pass the repository ${app}.`)])
  })
})

describe('registry-client manifest, config and digest', () => {
  it('print the exact bytes, of a registry and of an archive', async () => {
    const { bytes: manifest } = await getManifest(registry, APP, 'v1.9')
    const { bytes: config } = await getConfig(registry, APP, 'v1.9')
    for (const image of [`${app}@${digest}`, ARCHIVE]) {
      expect((await runCommand(['manifest', image])).bytes).toEqual(Buffer.from(manifest))
      expect((await runCommand(['config', image])).bytes).toEqual(Buffer.from(config))
      expect(await printed(['digest', image])).toBe(`${digest}\n`)
    }
  })

  it('print documents with --json', async () => {
    const { mediaType, size, manifest } = await getManifest(registry, APP, 'v1.9')
    expect(await document(['manifest', `${app}:v1.9`])).toEqual({ mediaType, digest, size, manifest })
    expect(await document(['config', ARCHIVE])).toMatchObject({ config: { os: 'linux' } })
    expect(await document(['digest', `${app}:v1.9`])).toEqual({ digest })
  })

  it('choose a platform, and ask for one', async () => {
    const platform = ['--platform', 'linux/arm64']
    const { digest: arm64 } = await getManifest(registry, APP, 'multi', { platform: 'linux/arm64' })
    expect(await printed(['digest', `${app}:multi`])).toBe(`${multi}\n`)
    for (const image of [`${app}:multi`, MULTI]) {
      expect(await printed(['digest', image, ...platform])).toBe(`${arm64}\n`)
      expect((await document(['config', image, ...platform])).config.architecture).toBe('arm64')
      const { code, stderr } = await runCommand(['config', image])
      expect([code, stderr]).toEqual([3, expect.stringMatching(/linux\/amd64, linux\/arm64/)])
    }
    expect((await document(['manifest', `${app}:multi`, ...platform])).digest).toBe(arm64)
  })
})

describe('registry-client files', () => {
  it('lists files as tar does, of an image, a folder and a layer', async () => {
    const text = await printed(['files', `${app}:v1.9`])
    expect(text).toMatch(
      /^drwxr-xr-x 0\/0 {18}0 2023-11-14 22:13 app\/\n-rw-r--r-- 0\/0 {16}320 2023-11-14 22:13 app\/main.js\n/,
    )
    expect(text).toContain(' app/latest -> main.js\n')
    expect(await printed(['files', ARCHIVE])).toBe(text)
    expect((await printed(['files', ARCHIVE, '/app/'])).split('\n')).toEqual(text.split('\n').slice(1))
    expect(await printed(['files', ARCHIVE, '--layer', '2'])).toContain(' app/data.txt (removed)\n')
  })

  it('prints the content of a file, through links, and writes it into a file', async () => {
    const content = await printed(['files', `${app}:v1.9`, 'app/main.js'])
    expect(content).toHaveLength(320)
    expect(await printed(['files', ARCHIVE, '/app/latest'])).toBe(content)
    const path = join(await mkdtemp(join(tmpdir(), 'files-')), 'main.js')
    expect(await printed(['files', ARCHIVE, 'app/main.js', '-o', path])).toBe(`${path}\n`)
    expect(await readFile(path, 'utf8')).toBe(content)
    const refused = await runCommand(['files', ARCHIVE, 'app/config.json', '-o', path])
    expect([refused.code, refused.stderr]).toEqual([
      2,
      `error: Cannot write "${path}": it exists\n  Pass --force to replace it.\n`,
    ])
    await printed(['files', ARCHIVE, 'app/config.json', '-o', path, '--force'])
    expect(await readFile(path, 'utf8')).toHaveLength(29)
  })

  it('prints documents with --json', async () => {
    const list = await document(['files', ARCHIVE])
    expect(list[1]).toMatchObject({ path: 'app/main.js', type: 'file', size: 320, mode: 0o644, layer: /^sha256:/ })
    expect(await document(['files', ARCHIVE, 'app/main.js'])).toMatchObject({ path: 'app/main.js', size: 320 })
  })

  it('does not print binary data to a terminal', async () => {
    const { code, screen } = await runInTerminal(['files', hostile, 'bin/tool'])
    expect([code, screen]).toEqual([2, expect.stringContaining('Cannot print to a terminal: it is not text')])
    expect((await runCommand(['files', hostile, 'bin/tool'])).bytes).toEqual(Buffer.from([0x7f, 0x45, 0, 0xff]))
    expect((await runInTerminal(['files', hostile, 'etc/motd'])).screen).toBe('hello')
  })

  it('exits with 5 if the file is not there, and names those that are near', async () => {
    const { code, stderr } = await runCommand(['files', ARCHIVE, 'app/mian.js'])
    expect([code, stderr]).toEqual([5, expect.stringContaining('"app/main.js"')])
  })
})

describe('registry-client diff', () => {
  it('compares images of a registry and of archives', async () => {
    expect(await printed(['diff', `${app}:v1.9`, ARCHIVE])).toContain('  no difference\n')
    const image = await openImage(registry, APP, 'v1.9')
    await pushImage(await editImage(image, { env: { PATH: '/sbin', NEW: '1' } }), registry, 'cli/look-edited', 'v1')
    const edited = `${host}/cli/look-edited:v1`
    const { code, stdout } = await runCommand(['diff', `${app}:v1.9`, edited, '--exit-code'])
    expect([code, stdout]).toEqual([
      1,
      expect.stringContaining('~ config env PATH: "/bin" -> "/sbin"\n+ config env NEW: "1"\n'),
    ])
    expect((await document(['diff', `${app}:v1.9`, edited])).layers.shared).toHaveLength(3)
  })

  it('compares files', async () => {
    const text = await printed(['diff', hostile, `${app}:v1.9`, '--files'])
    expect(text).toContain('- file etc/motd\n')
    expect(text).toContain('+ symlink app/latest\n')
  })
})

describe('artifacts and indexes where an image is expected', () => {
  it.each([['files'], ['history']])('%s says that it is an artifact, and how to write its files', async (command) => {
    await pushArtifact(registry, APP, 'report', [{ title: 'a.txt', data: new Uint8Array([97]) }])
    const { code, stdout, stderr } = await runCommand([command, `${app}:report`])
    expect([code, stdout]).toEqual([3, ''])
    expect(stderr).toContain('artifact')
    expect(stderr).toContain('write')
    expect(stderr).toContain('"registry-client artifact pull"')
  })

  it('names an image by its digest with @', async () => {
    const { code, stderr } = await runCommand(['files', `${app}@${digest}`, '--platform', 'linux/s390x'])
    expect(code).toBe(3)
    expect(stderr).toContain(`"${APP}@${digest}" has linux/amd64`)
  })

  it('does not ask for a platform of an index without one', async () => {
    const mediaType = 'application/vnd.oci.image.index.v1+json'
    const body = JSON.stringify({ schemaVersion: 2, mediaType, manifests: [] })
    const url = `${registry}/v2/${APP}/manifests/empty`
    expect((await fetch(url, { method: 'PUT', headers: { 'content-type': mediaType }, body })).status).toBe(201)
    const { code, stderr } = await runCommand(['history', `${app}:empty`])
    expect(code).toBe(3)
    expect(stderr).toContain('it has no image\n  Choose another tag or digest.')
  })
})

describe('registry-client history', () => {
  it('lists the steps of a build, the last one first', async () => {
    const text = await printed(['history', ARCHIVE])
    expect(text).toMatch(/^CREATED +SIZE +CREATED BY\n.* 10\.2 kB {2}RUN rm \/app\/data\.txt\n/)
    expect(text).toMatch(/ 0 B {2}ENV A=b\n/)
    expect(await printed(['history', `${app}:v1.9`])).toBe(text)
    const { history, layers } = await getImageInfo(registry, APP, 'v1.9')
    const steps = await document(['history', ARCHIVE])
    expect(steps).toMatchObject(plain(history))
    expect(steps[0].size).toBe(layers[0]?.size)
  })
})

describe('an argument that names an image', () => {
  it('is a path if it exists, with a warning if it is a reference too', async () => {
    const cwd = await mkdtemp(join(tmpdir(), 'input-'))
    await writeFile(join(cwd, 'app'), await readFile(ARCHIVE))
    const { stdout, stderr } = await runCommand(['digest', 'app'], { cwd })
    expect(stdout).toBe(`${digest}\n`)
    expect(stderr).toBe(
      'warning: "app" is a file or a folder here, and is read. For the image of a registry, pass docker.io/app.\n',
    )
  })

  it('is a reference if it is one word, with a warning that there is no such file', async () => {
    // Nobody listens there: Docker Hub is not asked.
    const { code, stderr } = await runCommand(['digest', 'missing'], { env: { HTTPS_PROXY: 'http://127.0.0.1:9' } })
    expect(code).toBe(7)
    expect(stderr).toMatch(/^warning: "missing" is not a file here. It is read as the image docker.io\/missing.\n/)
  })

  it('is refused if it is neither a file nor a reference, or names a registry', async () => {
    const cwd = await mkdtemp(join(tmpdir(), 'input-'))
    const cases = [
      ['My App', 3, 'it is not a file here, and not a reference'],
      ['missing.tar', 3, 'Cannot open "missing.tar"'],
      ['missing.gz', 3, 'Cannot open "missing.gz"'],
      ['./app', 3, 'Cannot open "./app"'],
      [host, 2, 'it names a registry'],
    ] as const
    for (const [text, code, message] of cases) {
      const outcome = await runCommand(['digest', text], { cwd })
      expect([outcome.code, outcome.stderr]).toEqual([code, expect.stringContaining(message)])
    }
  })

  it('chooses an image of an archive by name or number', async () => {
    const several = 'test/archives/docker-29.8-containerd-several-images.tar'
    const { images } = await document(['inspect', several])
    expect(images.length).toBeGreaterThan(1)
    expect(await printed(['digest', several, '--image', '1'])).toBe(`${images[1].digest}\n`)
    expect(await printed(['digest', several, '--image', images[1].names[0]])).toBe(`${images[1].digest}\n`)
    const { code, stderr } = await runCommand(['digest', several])
    expect([code, stderr]).toEqual([3, expect.stringContaining('1: docker.io/team/multi:v1')])
  })
})
