import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openArchive, TarReadError, ValidationError } from '../../src/node/index.ts'
import { gzip } from '../support/packing.ts'
import { type RawEntry, rawTar } from '../support/tar.ts'

// Outside of the archives lies what an image in them lacks: a config. Who follows a link there opens the image, and who extracts what
// goes through a link changes the folder.

const folder = mkdtempSync(join(tmpdir(), 'links-'))
const CONFIG = '{"os":"linux","architecture":"secret"}'
const outside = join(folder, 'config')
const inWorkingDirectory = 'package.json'
writeFileSync(outside, CONFIG)
mkdirSync(join(folder, 'archives'))
afterAll(() => rmSync(folder, { recursive: true }))

const file = (name: string, data: string): readonly RawEntry[] => [{ name, data }]
const link = (type: string, name: string, to: string): readonly RawEntry[] => [
  { name: '././@LongLink', type: 'K', data: `${to}\0` },
  { name, type },
]
const hardlink = (name: string, to: string) => link('1', name, to)
const symlink = (name: string, to: string) => link('2', name, to)
/** From wherever an archive may be extracted to. */
const up = (path: string) => `${'../'.repeat(20)}${path.slice(1)}`

/** An archive of an image that has its config under this path. */
const withConfig = (path: string, ...entries: ReadonlyArray<readonly RawEntry[]>) =>
  rawTar([...entries.flat(), { name: 'manifest.json', data: JSON.stringify([{ Config: path, Layers: [] }]) }])

const LEADS_OUT = /leads out of the archive/
const NOT_HELD = /names "c", which the archive does not hold/

describe('openArchive() of an archive with links', () => {
  it.each([
    ['a hard link to an absolute path (CVE-2026-23745)', NOT_HELD, withConfig('c', hardlink('c', outside))],
    ['a symbolic link to an absolute path (CVE-2026-23745)', LEADS_OUT, withConfig('c', symlink('c', outside))],
    [
      'a hard link that leads out from the top, but not from its folder (CVE-2026-24842, GHSA-34x7-hfp2-rc4v)',
      LEADS_OUT,
      withConfig('a/b/c', hardlink('a/b/c', '../config'), file('a/config', CONFIG)),
    ],
    [
      'a hard link through symbolic links that lead out together alone (CVE-2026-26960)',
      NOT_HELD,
      withConfig('c', symlink('a/b/c/up', '../..'), symlink('a/b/d', 'c/up/../..'), hardlink('c', 'a/b/d/config')),
    ],
    [
      'a hard link relative to a drive (CVE-2026-29786)',
      NOT_HELD,
      withConfig('c', hardlink('c', `C:${inWorkingDirectory}`)),
    ],
    [
      'a symbolic link relative to a drive (CVE-2026-31802)',
      LEADS_OUT,
      withConfig('c', symlink('c', `C:${up(outside)}`)),
    ],
    [
      'a hard link to a file of the working directory (CVE-2026-50163, GHSA-fxhp-mv3v-67qp)',
      NOT_HELD,
      withConfig('c', hardlink('c', inWorkingDirectory)),
    ],
    [
      'a file that goes through a chain of symbolic links (GHSA-m37j-52j7-pjw7)',
      /holds "c" more than once/,
      withConfig('c', symlink('d', '.'), symlink('d/e', outside), symlink('c', 'd/e'), file('c', '{}')),
    ],
    ['a symbolic link that goes back (GHSA-g5v4-5x39-vwhx)', LEADS_OUT, withConfig('c', symlink('c', up(outside)))],
    ['a hard link that goes back (GHSA-g5v4-5x39-vwhx)', LEADS_OUT, withConfig('c', hardlink('c', up(outside)))],
    [
      'a file in a folder that is a link (GHSA-g5v4-5x39-vwhx)',
      NOT_HELD,
      withConfig('c', symlink('d', folder), file('d/written', 'x'), hardlink('c', 'd/config')),
    ],
  ])('neither reads nor writes outside of it: %s', async (_, message, tar) => {
    const path = join(folder, 'archives', 'image.tar')
    writeFileSync(path, tar)
    for (const input of [path, new Response(await gzip(tar))]) {
      const error = await openArchive(input).then(
        ({ images }) => expect.fail(`it opened ${JSON.stringify(images[0]?.configuration)}`),
        (reason: unknown) => reason,
      )
      expect([TarReadError, ValidationError].some((type) => error instanceof type)).toBe(true)
      expect(String(error)).toMatch(message)
    }
    expect(readdirSync(folder).sort()).toEqual(['archives', 'config'])
    expect(readFileSync(outside, 'utf8')).toBe(CONFIG)
  })

  it('takes no name for another that some file systems take for the same (CVE-2026-23950)', async () => {
    const names = [
      ['css', 'c\u00df'],
      ['config', 'CONFIG'],
      ['\u00e9', 'e\u0301'],
    ] as const
    for (const [name, other] of names) {
      const entries = [file(name, '{"architecture":"own"}'), symlink(other, outside)]
      for (const tar of [withConfig(name, ...entries), withConfig(name, ...entries.reverse())]) {
        expect((await openArchive(tar)).images[0]?.configuration?.architecture).toBe('own')
      }
    }
  })
})
