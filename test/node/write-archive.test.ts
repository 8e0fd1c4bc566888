import { createHash } from 'node:crypto'
import { parseTar } from 'nanotar'
import { describe, expect, it } from 'vitest'
import { type Image, openArchive, ValidationError, type WriteOptions, writeArchive } from '../../src/index.ts'
import { imageOf, PLAIN } from '../support/compressing.ts'
import { rejection } from '../support/errors.ts'
import { windowsImage } from '../support/foreign-layers-contract.ts'
import { blobPath, createLayout, withName, withPlatform } from '../support/layout.ts'
import { appArchive, bytesOf, filesOf, jsonOf, multiArchive, openLayout, textOf, writeTar } from '../support/writing.ts'

// Which files an archive has, and what stands in them.

describe('writeArchive()', () => {
  it('writes the layout first, then manifests, configs and layers, each once', async () => {
    const { images } = await appArchive()
    const [image] = images
    const files = filesOf(await writeTar(images))
    expect([...files.keys()]).toEqual([
      'oci-layout',
      'index.json',
      'manifest.json',
      ...[image?.manifest, image?.config, ...(image?.layers ?? [])].map((blob) => blob && blobPath(blob.digest)),
    ])
    expect(textOf(files.get('oci-layout'))).toBe('{"imageLayoutVersion":"1.0.0"}')
    const name = {
      'io.containerd.image.name': 'registry.example.com/team/app:v1',
      'org.opencontainers.image.ref.name': 'v1',
    }
    expect(jsonOf(files.get('index.json')).manifests).toEqual([
      {
        mediaType: image?.manifest.mediaType,
        size: image?.manifest.size,
        digest: image?.manifest.digest,
        platform: { os: 'linux', architecture: 'amd64' },
        annotations: name,
      },
    ])
    expect(jsonOf(files.get('manifest.json'))).toEqual([
      {
        Config: blobPath(image?.config?.digest ?? 'sha256:'),
        RepoTags: ['registry.example.com/team/app:v1'],
        Layers: image?.layers.map(({ digest }) => blobPath(digest)),
      },
    ])
    for (const [path, data] of files) {
      const hex = /^blobs\/sha256\/(.*)/.exec(path)?.[1]
      if (hex) expect(createHash('sha256').update(data).digest('hex')).toBe(hex)
    }
  })

  it('tells the size before a layer is read, and gives the same bytes each time', async () => {
    const { images } = await multiArchive()
    const written = await writeArchive(images)
    const [first, second] = [await bytesOf(written.stream()), await bytesOf(written.stream())]
    expect(first.length).toBe(written.size)
    expect(Buffer.compare(first, second)).toBe(0)
    expect(first.length % 512).toBe(0)
    expect(first.subarray(-1024).every((byte) => byte === 0)).toBe(true)
  })

  it('writes ustar headers without a time and an owner', async () => {
    const header = (await writeTar((await appArchive()).images)).subarray(0, 512)
    expect(textOf(header.subarray(0, 11))).toBe('oci-layout\0')
    expect(textOf(header.subarray(100, 148))).toBe(
      `0000644\x000000000\x000000000\0${'36'.padStart(11, '0')}\x0000000000000\0`,
    )
    expect(textOf(header.subarray(156, 157))).toBe('0')
    expect(textOf(header.subarray(257, 265))).toBe('ustar\x0000')
    expect(header.subarray(265).every((byte) => byte === 0)).toBe(true)
  })

  it('writes a short name in full', async () => {
    const files = filesOf(await writeTar((await appArchive('nginx:1.29')).images))
    expect(jsonOf(files.get('index.json')).manifests[0].annotations).toEqual({
      'io.containerd.image.name': 'docker.io/library/nginx:1.29',
      'org.opencontainers.image.ref.name': '1.29',
    })
    expect(jsonOf(files.get('manifest.json'))[0].RepoTags).toEqual(['docker.io/library/nginx:1.29'])
  })

  it('names an image by { names } or { rename }', async () => {
    const { images } = await appArchive()
    const written = async (options: WriteOptions) => (await writeArchive(images, options)).images[0]?.names
    expect(await written({ names: ['localhost:5000/a:1', 'b'] })).toEqual([
      'localhost:5000/a:1',
      'docker.io/library/b:latest',
    ])
    expect(await written({ rename: (name) => name.replace('v1', 'v2') })).toEqual(['registry.example.com/team/app:v2'])
    expect(await written({ rename: () => undefined })).toEqual([])
    expect(await written({ names: [] })).toEqual([])
  })

  it('writes no RepoTags for an image without a name', async () => {
    const { images } = await appArchive()
    const files = filesOf(await writeTar(images, { names: [] }))
    expect(jsonOf(files.get('manifest.json'))[0].RepoTags).toBe(null)
    expect(jsonOf(files.get('index.json')).manifests[0]).not.toHaveProperty('annotations')
  })

  it('writes all platforms, of which manifest.json has the usual one', async () => {
    const { images } = await multiArchive()
    const files = filesOf(await writeTar(images))
    const [root] = images
    const amd64 = root?.children.find(({ platform }) => platform?.architecture === 'amd64')
    expect(jsonOf(files.get('index.json')).manifests).toMatchObject([{ digest: root?.manifest.digest }])
    expect(jsonOf(files.get('manifest.json'))).toMatchObject([
      { Config: blobPath(amd64?.config?.digest ?? 'sha256:'), RepoTags: ['docker.io/team/multi:v1'] },
    ])
    const again = await openArchive(await writeTar(images))
    expect(again.images[0]?.children.map(({ manifest }) => manifest.digest)).toEqual(
      root?.children.map(({ manifest }) => manifest.digest),
    )
  })

  it('writes the manifest of one platform instead of the index by { platform }', async () => {
    const { images } = await multiArchive()
    const written = await writeArchive(images, { platform: 'linux/arm64' })
    const arm64 = images[0]?.children[0]?.manifest.digest
    expect(written.images).toEqual([{ digest: arm64, names: ['docker.io/team/multi:v1'] }])
    const files = filesOf(await bytesOf(written.stream()))
    expect(jsonOf(files.get('index.json')).manifests).toMatchObject([{ digest: arm64 }])
    expect(files.size).toBe(3 + 3)
  })

  it('writes a new index of some platforms by { platforms }', async () => {
    const { images } = await multiArchive()
    const warnings: string[] = []
    const options = { platforms: ['linux/amd64'], onWarning: (warning: string) => warnings.push(warning) }
    const [index] = (await openArchive(await writeTar(images, options))).images
    const [arm64, amd64, attestation] = images[0]?.children.map(({ manifest }) => manifest.digest) ?? []
    expect(index?.children.map(({ manifest }) => manifest.digest)).toEqual([amd64, attestation])
    expect(index?.children.map(({ manifest }) => manifest.digest)).not.toContain(arm64)
    expect(warnings).toEqual([expect.stringContaining(index?.manifest.digest ?? '')])
    await rejection(writeArchive(images, { platforms: [] }), TypeError, /platforms is empty/)
    await rejection(writeArchive(images, { platforms: ['linux/amd64'], platform: 'linux/amd64' }), TypeError)
    await rejection(writeArchive(images, { platforms: ['linux/s390x'] }), ValidationError, /Cannot find the platform/)
  })

  it('writes several archives into one, each blob once', async () => {
    const [one, same, other] = [
      await appArchive('team/app:v1'),
      await appArchive('team/app:v2'),
      await appArchive('team/other:v1', { text: 'other' }),
    ]
    const written = await writeArchive([...one.images, ...same.images, ...other.images])
    expect(written.images.map(({ names }) => names)).toEqual([
      ['docker.io/team/app:v1', 'docker.io/team/app:v2'],
      ['docker.io/team/other:v1'],
    ])
    const paths = parseTar(await bytesOf(written.stream())).map(({ name }) => name)
    expect(new Set(paths).size).toBe(paths.length)
    expect(jsonOf(filesOf(await bytesOf(written.stream())).get('manifest.json'))).toHaveLength(2)
  })

  it('joins archives that each have one platform of an image', async () => {
    const layout = createLayout()
    const platforms = [await layout.addImage(), await layout.addImage({ architecture: 'arm64' })]
    const index = await layout.addIndex(
      platforms.map((image, position) => withPlatform(image, `linux/${['amd64', 'arm64'][position]}`)),
    )
    layout.list(withName(index, 'team/multi:v1'))
    const whole = [...layout.files]
    const halves = platforms.map(async (image) => {
      layout.files.clear()
      for (const [path, data] of whole) if (path !== blobPath(image.digest)) layout.files.set(path, data)
      return (await openArchive(layout.tar())).images
    })
    const [arm64 = [], amd64 = []] = [await halves[0], await halves[1]]
    expect([arm64, amd64].map(([image]) => image?.missing.length)).toEqual([1, 1])
    const warnings: string[] = []
    const written = await writeArchive([...arm64, ...amd64], { onWarning: (warning) => warnings.push(warning) })
    expect(written.images).toEqual([{ digest: index.digest, names: ['docker.io/team/multi:v1'] }])
    expect(warnings).toEqual([])
    const [image] = (await openArchive(await bytesOf(written.stream()))).images
    expect(image?.missing).toEqual([])
    expect(new Set(image?.children.map(({ manifest }) => manifest.digest))).toEqual(
      new Set(platforms.map(({ digest }) => digest)),
    )
  })

  it('writes chosen images by { images }', async () => {
    const { images } = await openLayout(async (layout) =>
      layout.list(
        withName(await layout.addImage({ text: 'a' }), 'team/a:v1'),
        withName(await layout.addImage({ text: 'b' }), 'team/b:v1'),
      ),
    )
    const written = await writeArchive(images, { images: ['team/b:v1'] })
    expect(written.images.map(({ names }) => names)).toEqual([['docker.io/team/b:v1']])
  })

  it('writes only what one reader needs by { format }', async () => {
    const { images } = await multiArchive()
    const names = async (format: 'docker' | 'oci') => [...filesOf(await writeTar(images, { format })).keys()]
    const docker = await names('docker')
    expect(docker[0]).toBe('manifest.json')
    expect(docker).toHaveLength(1 + 2)
    expect((await names('oci')).filter((name) => name.endsWith('.json'))).toEqual(['index.json'])
  })

  it('lists referrers without a name, as Docker 29 does', async () => {
    const archive = await openLayout(async (layout) => {
      const image = await layout.addImage()
      const config = await layout.add('application/vnd.oci.empty.v1+json', '{}')
      const signature = await layout.add('application/vnd.oci.image.manifest.v1+json', {
        schemaVersion: 2,
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        artifactType: 'application/vnd.example.signature',
        config,
        layers: [],
        subject: image,
      })
      layout.list(withName(image, 'team/app:v1'), { ...signature })
    })
    const [image, signature] = archive.images
    const files = filesOf(await writeTar(archive.images))
    expect(jsonOf(files.get('index.json')).manifests[1]).toEqual({
      mediaType: signature?.manifest.mediaType,
      size: signature?.manifest.size,
      digest: signature?.manifest.digest,
      artifactType: 'application/vnd.example.signature',
      annotations: { 'io.containerd.manifest.subject': image?.manifest.digest },
    })
    expect(jsonOf(files.get('manifest.json'))).toHaveLength(1)
    // It goes with its image, without being asked for.
    const chosen = filesOf(await writeTar(archive.images, { images: [0] }))
    expect([...chosen.keys()]).toEqual([...files.keys()])
    // Alone, it is no image that Docker can load.
    const alone = await writeTar(archive.images, { images: [1] })
    expect([...filesOf(alone).keys()]).not.toContain('manifest.json')
    expect((await openArchive(alone)).images[0]?.manifest.digest).toBe(signature?.manifest.digest)
  })

  it('gives Docker no attestation that is listed beside an image, and of an index a Linux image first', async () => {
    const archive = await openLayout(async (layout) => {
      const [windows, arm64] = [
        await layout.addImage({ os: 'windows' }),
        await layout.addImage({ architecture: 'arm64' }),
      ]
      const index = await layout.addIndex([withPlatform(windows, 'windows/amd64'), withPlatform(arm64, 'linux/arm64')])
      const attestation = await layout.addImage({ text: 'attestation', os: 'unknown', architecture: 'unknown' })
      layout.list(withName(index, 'team/app:v1'), { ...attestation })
    })
    const loadable = jsonOf(filesOf(await writeTar(archive.images)).get('manifest.json'))
    const [, arm64] = archive.images[0]?.children ?? []
    expect(loadable).toMatchObject([{ Config: blobPath(arm64?.config?.digest ?? 'sha256:') }])
    expect(loadable).toHaveLength(1)
  })

  it('writes no ID of an image as its tag', async () => {
    const id = 'a'.repeat(64)
    const { images } = await openLayout(async (layout) => layout.list(withName(await layout.addImage(), id)))
    expect(images[0]?.tags).toEqual([id])
    const [entry] = jsonOf(filesOf(await writeTar(images)).get('index.json')).manifests
    expect(entry).not.toHaveProperty('annotations')
  })

  it('gives Docker no referrer, even one that it could load', async () => {
    const archive = await openLayout(async (layout) => {
      const image = await layout.addImage()
      const layer = await layout.add(PLAIN, 'a layer')
      const referrer = await imageOf(layout, [layer], [layer.digest], image)
      layout.list(withName(image, 'team/app:v1'), { ...referrer })
    })
    const [loadable, ...others] = jsonOf(filesOf(await writeTar(archive.images)).get('manifest.json'))
    expect([loadable.RepoTags, others]).toEqual([['docker.io/team/app:v1'], []])
  })

  it("lists cosign's signatures by their kind, since their tags are no names of images", async () => {
    const archive = await openLayout(async (layout) => {
      const image = await layout.addImage()
      const config = await layout.add('application/vnd.oci.image.config.v1+json', '{"rootfs":{"diff_ids":[]}}')
      const manifest = { schemaVersion: 2, mediaType: 'application/vnd.oci.image.manifest.v1+json', config, layers: [] }
      const signature = await layout.add(manifest.mediaType, manifest)
      layout.list(withName(image, 'team/app:v1'), withName(signature, `sha256-${image.digest.slice(7)}.sig`))
    })
    const [image, signature] = archive.images
    const tar = await writeTar(archive.images)
    expect(jsonOf(filesOf(tar).get('index.json')).manifests[1].annotations).toEqual({
      kind: 'dev.cosignproject.cosign/sigs',
      'io.containerd.manifest.subject': image?.manifest.digest,
    })
    expect((await openArchive(tar)).images[1]).toMatchObject({
      tags: signature?.tags,
      subject: image?.manifest.digest,
    })
  })
})

describe('writeArchive() of an image with a foreign layer', () => {
  it('writes its bytes if they are there, and tells Docker where the layer comes from', async () => {
    const { layout, base, own, manifest } = await windowsImage()
    const { images } = await openArchive(layout.tar())
    const tar = await writeTar(images, { names: ['team/windows:v1'] })
    const files = filesOf(tar)
    expect([...files.keys()]).toContain(blobPath(base.digest))
    const [entry] = jsonOf(files.get('manifest.json'))
    expect(entry.Layers).toEqual([base, own].map(({ digest }) => blobPath(digest)))
    expect(entry.LayerSources).toEqual({ [base.digest]: base })
    expect((await openArchive(tar)).images[0]?.manifest.digest).toBe(manifest.digest)
  })

  it('leaves it out with a warning if they are not there, also from OCI to Docker and back', async () => {
    const { layout, base, own } = await windowsImage()
    layout.files.delete(blobPath(base.digest))
    const { images } = await openArchive(layout.tar())
    const warnings: string[] = []
    const options = { names: ['team/windows:v1'], onWarning: (warning: string) => warnings.push(warning) }
    expect([...filesOf(await writeTar(images, options)).keys()]).not.toContain(blobPath(base.digest))
    expect(warnings).toEqual([
      expect.stringMatching(/^The foreign layer sha256:.* was left out, because its bytes are not there/),
    ])
    for (const format of ['docker', 'oci', undefined] as const) {
      const [image] = (await openArchive(await writeTar(images, { ...options, format }))).images
      expect(image?.layers.map(({ digest, source }) => [digest, source !== undefined])).toEqual([
        [base.digest, false],
        [own.digest, true],
      ])
    }
  })
})

describe('writeArchive() refuses', () => {
  it('two images of one name', async () => {
    const [one, other] = [await appArchive('team/app:v1'), await appArchive('docker.io/team/app:v1', { text: 'b' })]
    const error = await rejection(
      writeArchive([...one.images, ...other.images]),
      ValidationError,
      /^Cannot write two images as "docker\.io\/team\/app:v1"/,
    )
    expect(error.code).toBe('NAME_CLASH')
  })

  it('names for several images, and names that are none', async () => {
    const [one, other] = [await appArchive('a:v1'), await appArchive('b:v1', { text: 'b' })]
    const names = ['c:v1']
    await rejection(
      writeArchive([...one.images, ...other.images], { names }),
      TypeError,
      /Cannot use names: it is for one image/,
    )
    await rejection(writeArchive(one.images, { names: ['../a'] }), ValidationError, /Cannot use "\.\.\/a" as an image/)
    await rejection(writeArchive(one.images, { rename: () => 'A' }), ValidationError, /Cannot use "A"/)
  })

  it('one digest with two sizes, and a source of another size', async () => {
    const [image] = (await appArchive()).images
    const layer = image?.layers[0]
    const source = { size: 5, read: async () => new Uint8Array(5) }
    const wrong = (size: number) => ({ ...image, names: [], layers: [layer, { ...layer, size, source }] }) as Image
    for (const size of [5, layer?.size ?? 0]) {
      const error = await rejection(writeArchive([wrong(size)]), ValidationError, /should have \d+ bytes/)
      expect(error.code).toBe('IMAGE_INVALID')
    }
  })

  it('a digest that is a path', async () => {
    const [image] = (await appArchive()).images
    const layers = image?.layers.map((layer) => ({ ...layer, digest: '../../etc/passwd' }))
    await rejection(writeArchive([{ ...image, layers } as unknown as Image]), ValidationError, /is not "sha256:"/)
  })

  it('nothing to write, and options of the wrong kind', async () => {
    const error = await rejection(writeArchive([]), ValidationError, /there is no image to write/)
    expect(error.code).toBe('NO_IMAGE')
    const { images } = await appArchive()
    const write = (options: unknown) => writeArchive(images, options as WriteOptions)
    await rejection(writeArchive('a' as never), TypeError, /^Cannot use images: it has to be/)
    await rejection(write({ format: 'zip' }), TypeError, /^Cannot use format: it has to be "docker" or "oci"/)
    await rejection(write({ rename: 'a' }), TypeError, /^Cannot use rename: it has to be a function/)
    await rejection(write({ names: 'a' }), TypeError, /^Cannot use names: it has to be an array/)
    await rejection(write({ platform: 'linux/s390x' }), ValidationError, /Cannot find the platform "linux\/s390x"/)
    await rejection(write({ signal: AbortSignal.abort(new Error('no')) }), Error, /no/)
  })

  it('an archive for Docker without an image that Docker loads', async () => {
    const archive = await openLayout(async (layout) => {
      const config = await layout.add('application/vnd.oci.empty.v1+json', '{}')
      const chart = { schemaVersion: 2, mediaType: 'application/vnd.oci.image.manifest.v1+json', config, layers: [] }
      layout.list(withName(await layout.add(chart.mediaType, chart), 'team/chart:v1'))
    })
    const error = await rejection(writeArchive(archive.images, { format: 'docker' }), ValidationError)
    expect(error.code).toBe('NO_IMAGE')
    expect([...filesOf(await writeTar(archive.images)).keys()].slice(0, 3)).not.toContain('manifest.json')
  })
})
