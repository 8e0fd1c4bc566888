import { parseTar } from 'nanotar'
import { describe, expect, it } from 'vitest'
import { openArchive, RegistryError, TarReadError, ValidationError, validateDockerTar } from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { rejection } from './errors.ts'
import { gzip, zip } from './packing.ts'
import { concat, rawTar } from './tar.ts'

const utf8 = new TextEncoder()
const latin1 = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0))
/** A file that begins so, and goes on with what is no text. */
const binary = (magic: string) => concat([latin1(magic), Uint8Array.from({ length: 2000 }, (_, index) => index % 251)])

/** What a shell makes of a program's output that it takes for text: a character a byte, in UTF-16 with a mark. */
const inUtf16 = (bytes: Uint8Array) =>
  concat([Uint8Array.of(0xff, 0xfe), Uint8Array.from([...bytes].flatMap((byte) => [byte, 0]))])
/** The same in UTF-8 without a mark: of a code page, and of UTF-8 itself. */
const inUtf8 = (bytes: Uint8Array) => utf8.encode(String.fromCharCode(...bytes))
const replaced = (bytes: Uint8Array) => utf8.encode(new TextDecoder().decode(bytes))

/** What a download in text mode makes of bytes. */
const withOtherLineEnds = (bytes: Uint8Array) =>
  Uint8Array.from([...bytes].flatMap((byte) => (byte === 0x0a ? [0x0d, 0x0a] : [byte])))

const noise = Uint8Array.from({ length: 5000 }, (_, index) => (index * 7919) % 256)
const archive = () => createTestArchive({ images: [{ layers: [{ noise }] }] })

const TEXT_TAR = new TextDecoder().decode(rawTar(['a', 'b'].map((name) => ({ name, data: '1.0\n'.repeat(99) }))))
const archiveFiles = async () => parseTar(await archive()).map(({ name, data = '' }) => ({ name, data }))

const AS_TEXT = /was written as text, as ">" of PowerShell does, .*"docker save -o image\.tar name:tag"$/
const ASK_FOR_SAVE =
  /not an archive of images; choose another file, or save the image with "docker save -o image\.tar name:tag"$/

const SAMPLES: ReadonlyArray<
  readonly [what: string, make: () => Uint8Array | Promise<Uint8Array>, said: RegExp, remedy: RegExp]
> = [
  ['xz', () => binary('\xfd7zXZ\0'), /packed with xz/, /"xz -d FILE"/],
  ['bzip2', () => binary('BZh91AY&SY'), /packed with bzip2/, /"bzip2 -d FILE"/],
  ['bzip2 of nothing', () => latin1('BZh9\x17rE8P\x90\0\0\0\0'), /packed with bzip2/, /"bzip2 -d FILE"/],
  ['lz4', () => binary('\x04"M\x18d@'), /packed with lz4/, /"lz4 -d FILE"/],
  ['7-Zip', () => binary('7z\xbc\xaf\x27\x1c\0\x04'), /packed with 7-Zip/, /"7z x FILE"/],
  ['RAR', () => binary('Rar!\x1a\x07\x01\0'), /packed with RAR/, /"unrar x FILE"/],
  ['xz in gzip', () => gzip(binary('\xfd7zXZ\0')), /packed with xz/, /"xz -d FILE"/],
  ['a JPEG', () => binary('\xff\xd8\xff\xe0\0\x10JFIF\0'), /a JPEG picture/, ASK_FOR_SAVE],
  ['a PNG', () => binary('\x89PNG\r\n\x1a\n'), /a PNG picture/, ASK_FOR_SAVE],
  ['a WebP', () => binary('RIFF\x24\x10\0\0WEBPVP8 '), /a WebP picture/, ASK_FOR_SAVE],
  ['a PDF', () => binary('%PDF-1.7\n%\xe2\xe3\xcf\xd3\n'), /a PDF document/, ASK_FOR_SAVE],
  ['a program', () => binary('\x7fELF\x02\x01\x01\0'), /a program/, ASK_FOR_SAVE],
  ['a virtual disk', () => binary('QFI\xfb\0\0\0\x03'), /the disk of a virtual machine/, ASK_FOR_SAVE],
  [
    'a Singularity image',
    () => binary(`${'#!/usr/bin/env run-singularity\n'.padEnd(32, '\0')}SIF_MAGIC\0`),
    /an image of Singularity or Apptainer/,
    /apptainer push/,
  ],
  [
    'a web page',
    () => utf8.encode('\n<!DOCTYPE html><html><title>Sign in'),
    /a web page/,
    /download .* again, signed in/,
  ],
  ['a web page with a mark', () => utf8.encode('\ufeff<!-- x --><html lang="de">'), /a web page/, /again/],
  ['a web page in UTF-16', () => inUtf16(utf8.encode('<html>')), /a web page/, /again/],
  ['an XML error', () => utf8.encode('<?xml version="1.0"?><Error><Code>NoSuchKey</Code>'), /an XML document/, /again/],
  ['JSON', () => utf8.encode('{"errors":[{"code":"DENIED"}]}'), /a JSON document/, ASK_FOR_SAVE],
  [
    'a pointer of Git LFS',
    () => utf8.encode(`version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 9\n`),
    /a pointer of Git LFS/,
    /"git lfs pull"/,
  ],
  [
    'a Dockerfile',
    () => utf8.encode('# syntax=docker/dockerfile:1\r\n\nARG V=1\nFROM alpine:$V\n'),
    /a Dockerfile/,
    /"docker build -t name:tag \."/,
  ],
  ['a text', () => utf8.encode('Grüße\n'.repeat(500)), /a text file/, ASK_FOR_SAVE],
  ['a tar in UTF-16', async () => inUtf16(await archive()), AS_TEXT, AS_TEXT],
  ['a gzip in UTF-16', async () => inUtf16(await gzip(await archive())), AS_TEXT, AS_TEXT],
  ['a tar in UTF-8 with a mark', async () => concat([latin1('\xef\xbb\xbf'), await archive()]), AS_TEXT, AS_TEXT],
  ['a tar in UTF-8', async () => inUtf8(await archive()), AS_TEXT, AS_TEXT],
  ['a tar in UTF-8, its bytes replaced', async () => replaced(await archive()), AS_TEXT, AS_TEXT],
  ['a tar of text whose lines got other ends', () => utf8.encode(TEXT_TAR.replaceAll('\n', '\r\n')), AS_TEXT, AS_TEXT],
  [
    'a gzip in ASCII',
    async () => (await gzip(await archive())).map((byte) => (byte > 0x7f ? 0x3f : byte)),
    AS_TEXT,
    AS_TEXT,
  ],
  ['a gzip in UTF-8', async () => inUtf8(await gzip(await archive())), AS_TEXT, AS_TEXT],
  ['a gzip in UTF-8, its bytes replaced', async () => replaced(await gzip(await archive())), AS_TEXT, AS_TEXT],
  ['a tar whose lines got other ends', async () => withOtherLineEnds(await archive()), AS_TEXT, AS_TEXT],
  [
    'something unknown',
    () => binary('\x01\x02\x03'),
    /not a tar, gzip, zstd or zip file, or it is damaged/,
    /choose another/,
  ],
  ['nothing', () => new Uint8Array(0), /the file is empty/, /save it again/],
  ['a tar cut short', async () => (await archive()).slice(0, 9000), /was cut short/, /save or download it again/],
  ['a gzip cut short', async () => (await gzip(await archive())).slice(0, 900), /cut short/, /again/],
]

/** A tar of files that all hold the same. */
const tarOf = (...paths: readonly string[]) => rawTar(paths.map((name) => ({ name, data: 'x' })))
const layoutIn = (folder: string) => [`${folder}/oci-layout`, `${folder}/index.json`, `${folder}/blobs/sha256/aa`]
const HEX = 'ab'.repeat(32)

const TREES: ReadonlyArray<readonly [what: string, paths: readonly string[], said: RegExp]> = [
  [
    'docker export',
    ['.dockerenv', 'bin/busybox', 'etc/apk/repositories', 'etc/passwd'],
    /as "docker export" writes them, not/,
  ],
  [
    'docker export with a web page in it',
    ['bin/sh', 'app/manifest.json'],
    /as "docker export" writes them.*docker save/,
  ],
  [
    'docker export with two',
    ['bin/sh', 'usr/a/manifest.json', 'usr/b/manifest.json'],
    /"docker export".*"docker commit"/,
  ],
  [
    'docker export whose top has such files',
    ['etc/passwd', 'index.json', 'manifest.json', 'repositories'],
    /"docker export"/,
  ],
  ['docker export in a folder', ['rootfs/bin/sh', 'rootfs/etc/motd', 'rootfs/usr/a'], /"docker export"/],
  ['a layer', ['etc/motd', 'usr/share/doc', 'var/lib/x'], /or of one layer/],
  ['a layer of Windows', ['Files/Windows/System32/a.dll', 'Hives/System_Delta'], /or of one layer/],
  ['an OCI layout deep in a file system', ['bin/sh', ...layoutIn('opt/image')], /"docker export"/],
  [
    'a bundle of umoci',
    ['b/config.json', 'b/umoci.json', 'b/rootfs/bin/sh'],
    /a bundle for an OCI runtime.*umoci repack/,
  ],
  [
    'a Helm chart',
    ['web/Chart.yaml', 'web/values.yaml', 'web/templates/a.yaml'],
    /a Helm chart, not an image; .*helm push/,
  ],
  ['what an image is built of', ['Dockerfile', 'package.json', 'public/manifest.json'], /built from.*"docker build/],
  ['the same in a folder', ['app/Containerfile', 'app/manifest.json', 'app/index.json'], /built from.*"docker build/],
  ['a tar in a tar', ['image.tar'], /no image, but "image\.tar"; (?:unpack it, and open that|open that alone)$/],
  [
    'archives in a tar',
    ['a/1.tar.gz', 'a/2.tgz', 'a/3.tar', 'a/4.tar', 'a/n.txt'],
    /"1\.tar\.gz", "2\.tgz", "3\.tar" and 1 more;/,
  ],
  [
    'a layout beside other files',
    ['README.md', ...layoutIn('image')],
    /an image is in the folder "image\/", beside other files/,
  ],
  ['docker save beside other files', ['a', 'b/manifest.json', `b/${HEX}.json`], /an image is in the folder "b\/"/],
  [
    'two layouts',
    [...layoutIn('a'), ...layoutIn('b')],
    /images are in the folders "a\/", "b\/"; open one of them alone/,
  ],
  ['a layout without its index', ['oci-layout', `blobs/sha256/${HEX}`], /layers, but no "manifest\.json".*docker save/],
  ['docker save without manifest.json', [`${HEX}.json`, `${HEX}/layer.tar`], /holds layers, but no "manifest\.json"/],
  [
    'other files',
    ['a.txt', 'b/c.txt'],
    /no "manifest\.json", no "index\.json" .*: it holds "a\.txt", "b\/c\.txt"; .*docker save/,
  ],
  ['a layer of one file', ['etc/apk/repositories'], /or of one layer/],
  ['a container of LXC', ['metadata.yaml', 'rootfs/bin/sh', 'templates/hosts'], /"docker export"/],
  [
    'the storage of a registry',
    ['docker/registry/v2/blobs/sha256/ab/x/data', 'docker/registry/v2/repositories/a/y'],
    /the storage of a registry.*skopeo copy/,
  ],
  [
    'several folders of skopeo sync',
    ['a:v1/manifest.json', `a:v1/${HEX}`, 'b:v1/manifest.json', `b:v1/${HEX}`],
    /images are in the folders "a:v1\/", "b:v1\/"/,
  ],
  ['a file that was packed with its whole path', ['home/me/image.tar'], /no image, but "home\/me\/image\.tar"/],
  ['nothing', [], /it is empty|begins with zeros/],
]

/** Files that are no archives: each is told as what it is, with the remedy, when it is opened. */
export function describeForeignFiles(): void {
  describe('openArchive() of what is no archive', () => {
    it.each(SAMPLES)('says what it is and what to do: %s', async (_, make, said, remedy) => {
      const bytes = Uint8Array.from(await make())
      for (const input of [bytes, new File([bytes], 'image.tar'), new Blob([bytes]).stream()]) {
        const error = await rejection(openArchive(input), TarReadError, said)
        expect(error.message).toMatch(remedy)
        expect(error.message).not.toContain('\n')
      }
      expect(await validateDockerTar(bytes)).toBe(false)
    })

    it.each(TREES)('says what it holds and what to do, from a tar and from a folder: %s', async (_, paths, said) => {
      const files = new Map(paths.map((path) => [path, new Blob(['x'])]))
      for (const input of [tarOf(...paths), tarOf(...paths.map((path) => `./${path}`)), files]) {
        const error = await rejection(openArchive(input), ValidationError, /^Cannot find images: /)
        expect(error.message).toMatch(said)
      }
      expect(await validateDockerTar(tarOf(...paths))).toBe(false)
    })

    it('says so also of a tar that cannot be read to its end, or goes over a limit', async () => {
      const paths = ['bin/sh', 'etc/passwd', 'etc/motd', 'usr/a']
      const cut = tarOf(...paths).slice(0, -1300)
      await rejection(openArchive(cut), ValidationError, /"docker export"/)
      await rejection(openArchive(tarOf(...paths), { limits: { entries: 3 } }), ValidationError, /"docker export"/)
      const odd = rawTar([...paths.map((name) => ({ name, data: 'x' })), { name: 'dev/x', type: 'S' }])
      await rejection(openArchive(odd), ValidationError, /"docker export"/)
    })

    it.each([
      ['what an image is built of', ['app/Dockerfile', 'app/a.js'], /what an image is built from; build it first/],
      ['an OCI layout', ['oci-layout', 'index.json', 'blobs/sha256/aa'], /files of an image archive; unpack it/],
      ['docker save, unpacked', ['a/manifest.json', `a/${HEX}.json`], /files of an image archive; unpack it/],
      [
        'other files',
        ['a.txt', 'b.txt', 'c', 'd'],
        /no archive of images, but "a\.txt", "b\.txt", "c" and 1 more; .*docker save/,
      ],
      ['nothing', [], /it holds nothing; .*docker save/],
    ])('says what a zip holds and what to do: %s', async (_, paths, said) => {
      const packed = await zip(Object.fromEntries(paths.map((path) => [path, utf8.encode('x')])))
      await rejection(openArchive(packed), ValidationError, said)
    })

    it('takes no text of Windows for a tar that was damaged', async () => {
      const archive = rawTar(['a.txt', 'b.txt'].map((name) => ({ name, data: 'a line\r\n'.repeat(99) })))
      await rejection(openArchive(archive), ValidationError, /: it holds "a\.txt", "b\.txt"; save the image/)
    })

    it('takes no web application for an image, though its manifest.json is an object', async () => {
      const archive = rawTar([{ name: 'manifest.json', data: '{"name":"app","icons":[]}' }])
      await rejection(openArchive(archive), ValidationError, /"manifest\.json" is neither a list of images, .*, nor/)
    })

    it('reads an archive in a folder, though macOS leaves files beside it', async () => {
      const files = await archiveFiles()
      const inFolder = files.map(({ name, data }) => ({ name: `image/${name}`, data }))
      const litter = ['._image', '.DS_Store', 'image/._index.json'].map((name) => ({ name, data: 'x' }))
      expect((await openArchive(rawTar([...litter, ...inFolder]))).images).toHaveLength(1)
    })

    it('keeps the place of damage in a real archive, though it holds text', async () => {
      const text = 'Übermäßig viele Umlaute: äöüß. '.repeat(200)
      const damaged = await createTestArchive({ images: [{ layers: [{ text }] }] })
      const header = damaged.findLastIndex((byte, index) => index % 512 === 257 && byte === 0x75) - 257
      damaged[header] = 0x7f
      const error = await rejection(openArchive(damaged), TarReadError, /wrong checksum; the file is damaged/)
      expect(error.offset).toBe(header)
    })

    it('passes on that the file cannot be read', async () => {
      const failure = new RegistryError('FILE_UNREADABLE', 'Cannot read: the disk is gone')
      const read = () => Promise.reject(failure)
      await expect(openArchive({ size: 5000, read })).rejects.toBe(failure)
    })
  })
}
