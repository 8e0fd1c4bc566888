import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, inject, it } from 'vitest'
import { createImage, getManifest, listTags, pushImage, retagImage } from '../../../src/node/index.ts'
import { runCommand } from '../../support/command.ts'

const registry = inject('registryUrl')
const host = new URL(registry).host
const folder = mkdtempSync(join(tmpdir(), 'change-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let count = 0
/** Pushes an image for each tag, the oldest first, into a repository of its own. */
async function repositoryWith(...tags: readonly string[]) {
  const repository = `cli/change-${count++}`
  const digests: Record<string, string> = {}
  for (const [day, tag] of tags.entries()) {
    const created = `2024-01-${String(day + 1).padStart(2, '0')}T00:00:00Z`
    const image = await createImage({ files: { tag }, config: { cmd: ['/tag'] }, created })
    digests[tag] = await pushImage(image, registry, repository, tag)
  }
  return {
    repository,
    name: `${host}/${repository}`,
    digests,
    tags: async () => (await listTags(registry, repository)).toSorted(),
  }
}

describe('registry-client tag', () => {
  it('sets tags, alone or with their repository, and says what they named', async () => {
    const { repository, name, digests } = await repositoryWith('v1', 'v2')
    const { code, stdout, stderr } = await runCommand(['tag', `${name}:v2`, 'v1', `${name}:stable`, 'v2'])
    expect(code).toBe(0)
    expect(stdout.split('\n')).toEqual([
      `${name}:v1@${digests.v2}`,
      `${name}:stable@${digests.v2}`,
      `${name}:v2@${digests.v2}`,
      '',
    ])
    expect(stderr).toBe(`v1 pointed to ${digests.v1} before.\nv2 already points to this image.\n`)
    expect((await getManifest(registry, repository, 'stable')).digest).toBe(digests.v2)
  })

  it('prints what retagImage returns with --json, and keeps tags with --no-clobber', async () => {
    const { name, digests } = await repositoryWith('v1', 'v2')
    const { code, stdout, stderr } = await runCommand(['tag', '--json', '--no-clobber', `${name}:v2`, 'v1', 'v3'])
    expect(code).toBe(0)
    expect(JSON.parse(stderr).warning).toContain('were not changed: v1')
    expect(JSON.parse(stdout)).toEqual({
      digest: digests.v2,
      tags: [
        { tag: 'v1', previous: digests.v1, outcome: 'kept' },
        { tag: 'v3', outcome: 'set' },
      ],
    })
  })

  it('exits with 4 if a tag does not name the expected digest', async () => {
    const { name, digests } = await repositoryWith('v1', 'v2')
    const { code, stderr } = await runCommand(['tag', `${name}:v2`, 'v1', '--expect', digests.v2 as string])
    expect(stderr).toContain(`"v1" points at ${digests.v1}`)
    expect(code).toBe(4)
  })

  it.each([
    ['another repository', [`${host}/other/app:v1`], `Run "registry-client copy ${host}/cli/none:v1`, 2],
    ['no tag', [], 'Missing required argument', 2],
    ['a tag that is not valid', ['.v1'], '".v1"', 3],
    ['a tag of an image that does not exist', ['v2'], '404', 5],
  ])('exits with a code of its own for %s', async (_, tags, message, exitCode) => {
    const { code, stdout, stderr } = await runCommand(['tag', `${host}/cli/none:v1`, ...tags])
    expect(stderr).toContain(message)
    expect([code, stdout]).toEqual([exitCode, ''])
  })
})

describe('registry-client delete', () => {
  it('prints the plan with --dry-run, and changes nothing', async () => {
    const { name, repository, digests, tags } = await repositoryWith('v1', 'v2', 'v3')
    await retagImage(registry, repository, 'v2', ['other'])
    const { code, stdout } = await runCommand(['delete', `${name}:v1`, `${name}:v2`, '--dry-run'])
    expect(code).toBe(0)
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(/^ACTION +TAG +DIGEST +KIND +SIZE +WHY$/),
      expect.stringMatching(new RegExp(`^delete  v1   ${digests.v1?.slice(0, 19)}  image  +\\d+ B$`)),
      expect.stringMatching(
        new RegExp(`^untag   v2   ${digests.v2?.slice(0, 19)}  image  +\\d+ B  the image is kept: also tagged other$`),
      ),
      '',
      expect.stringMatching(/: deletes 2 tags and 1 manifest, with up to \d+ B of content; keeps 2 tags\.$/),
      '',
    ])
    expect(await tags()).toEqual(['other', 'v1', 'v2', 'v3'])
  })

  it('deletes with --yes, writes the undo, and undo puts all back', async () => {
    const { name, digests, tags } = await repositoryWith('v1', 'v2', 'v3')
    const file = join(folder, 'undo.json')
    const deleting = await runCommand(['delete', `${name}:v1`, `${name}@${digests.v2}`, '--yes', '--undo', file])
    expect(deleting).toMatchObject({ code: 0, stderr: expect.stringContaining(`registry-client undo ${file}`) })
    expect(deleting.stdout.split('\n').toSorted()).toEqual([
      '',
      `deleted ${name}:v1@${digests.v1}`,
      `deleted ${name}:v2@${digests.v2}`,
    ])
    expect(await tags()).toEqual(['v3'])
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ version: 1, deletes: [{}, {}], manifests: [{}, {}] })

    const undoing = await runCommand(['undo', file])
    expect(undoing.code).toBe(0)
    expect(undoing.stdout.split('\n').toSorted()).toEqual([
      '',
      `restored ${name}:v1@${digests.v1}`,
      `restored ${name}:v2@${digests.v2}`,
    ])
    expect(await tags()).toEqual(['v1', 'v2', 'v3'])
  })

  it('does not overwrite an undo file, and deletes nothing then', async () => {
    const { name, tags } = await repositoryWith('v1', 'v2')
    const file = join(folder, 'present.json')
    writeFileSync(file, 'mine')
    const { code, stderr } = await runCommand(['delete', `${name}:v1`, '--yes', '--undo', file])
    expect(code).toBe(1)
    expect(stderr).toContain('it exists, and may be the undo of another delete\n  Choose another name.')
    expect(readFileSync(file, 'utf8')).toBe('mine')
    expect(await tags()).toEqual(['v1', 'v2'])
  })

  it('prints the result with --json, by which undo works too', async () => {
    const { name, digests, tags } = await repositoryWith('v1', 'v2')
    const { stdout } = await runCommand(['delete', '--json', '--yes', `${name}:v1`])
    expect(JSON.parse(stdout)).toMatchObject({
      deleted: [{ digest: digests.v1, tags: ['v1'], way: 'digest' }],
      skipped: [],
      failed: [],
      undo: { version: 1, manifests: [{ digest: digests.v1 }] },
    })
    const file = join(folder, 'result.json')
    writeFileSync(file, stdout)
    expect((await runCommand(['undo', file])).code).toBe(0)
    expect(await tags()).toEqual(['v1', 'v2'])
  })

  it('exits with 4 if a tag cannot go alone, and deletes it with --overwrite-tags', async () => {
    const { name, repository, digests, tags } = await repositoryWith('v1')
    await retagImage(registry, repository, 'v1', ['other'])
    const { code, stdout } = await runCommand(['delete', `${name}:v1`, '--yes'])
    expect(stdout).toContain(`skipped ${name}:v1@${digests.v1}: `)
    expect(stdout).toContain('--overwrite-tags')
    expect(code).toBe(4)
    expect((await runCommand(['delete', `${name}:v1`, '--yes', '--overwrite-tags'])).code).toBe(0)
    expect(await tags()).toEqual(['other'])
  })

  it('deletes no tag that names another digest than the reference', async () => {
    const { name, digests, tags } = await repositoryWith('v1', 'v2')
    const { code, stderr } = await runCommand(['delete', `${name}:v1@${digests.v2}`, '--yes'])
    expect(stderr).toContain(`it names ${digests.v1} now`)
    expect(code).toBe(4)
    expect((await runCommand(['delete', `${name}:v1@${digests.v1}`, '--yes'])).code).toBe(0)
    expect(await tags()).toEqual(['v2'])
  })

  it('exits with 5 for an image that does not exist, and deletes nothing without --ignore-missing', async () => {
    const { name, tags } = await repositoryWith('v1', 'v2')
    const { code, stderr } = await runCommand(['delete', `${name}:v1`, `${name}:v9`, '--yes'])
    expect(stderr).toContain('error: Cannot delete "v9"')
    expect(code).toBe(5)
    expect(await tags()).toEqual(['v1', 'v2'])
    expect((await runCommand(['delete', `${name}:v1`, `${name}:v9`, '--yes', '--ignore-missing'])).code).toBe(0)
    expect(await tags()).toEqual(['v2'])
  })

  it('exits with 2 without a terminal and without --yes, and deletes nothing', async () => {
    const { name, tags } = await repositoryWith('v1', 'v2')
    const { code, stderr } = await runCommand(['delete', `${name}:v1`])
    expect(stderr).toContain('--yes')
    expect(code).toBe(2)
    expect(await tags()).toEqual(['v1', 'v2'])
  })

  it.each([
    ['a repository', [`${host}/a/b`], 'it has no tag and no digest', 2],
    ['a pattern', [`${host}/a/b:v*`], `prune ${host}/a/b --match 'v*'`, 2],
    ['two repositories', [`${host}/a/b:v1`, `${host}/a/c:v1`], 'once for each repository', 2],
    ['a name that cannot be read', [`${host}/A/b:v1`], 'as an image reference', 3],
    ['a repository that does not exist', [`${host}/cli/none:v1`, '--yes'], '404', 5],
  ])('exits with a code of its own for %s', async (_, args, message, exitCode) => {
    const { code, stdout, stderr } = await runCommand(['delete', ...args])
    expect(stderr).toContain(message)
    expect([code, stdout]).toEqual([exitCode, ''])
  })
})

describe('registry-client prune', () => {
  it('deletes by rules: the newest stay, and the tags of --except', async () => {
    const { name, tags } = await repositoryWith('v1', 'v2', 'pr-1', 'pr-2', 'v3')
    const rules = ['--keep', '1', '--match', 'v*', '--match', 'pr-*', '--except', 'v1', '--except', 'x-*']
    const dry = await runCommand(['prune', name, ...rules, '--dry-run'])
    expect(dry.code).toBe(0)
    expect(dry.stdout).toMatch(/^delete {2}pr-1 .*\n/m)
    expect(dry.stdout).toMatch(/^keep {4}v1 .* the rule keep names it$/m)
    expect(dry.stdout).toMatch(/^keep {4}v3 .* one of the newest 1 by date$/m)
    expect(dry.stdout).toContain('deletes 3 tags and 3 manifests')
    expect(await tags()).toHaveLength(5)
    expect((await runCommand(['prune', name, ...rules, '--yes'])).code).toBe(0)
    expect(await tags()).toEqual(['v1', 'v3'])
  })

  it('does nothing and exits with 0 if all images stay', async () => {
    const { name, tags } = await repositoryWith('v1')
    const { code, stdout, stderr } = await runCommand(['prune', name, '--keep', '3'])
    expect([code, stdout]).toEqual([0, ''])
    expect(stderr).toContain(`Nothing to delete in ${name}.`)
    expect(await tags()).toEqual(['v1'])
  })

  it.each([
    ['no rule', [`${host}/a/b`], '--keep, --older-than or --match', 2],
    ['a tag', [`${host}/a/b:v1`, '--keep', '1'], 'registry-client delete', 2],
    ['a count that is none', [`${host}/a/b`, '--keep', '-1'], 'a whole number', 2],
    ['an age without a unit', [`${host}/a/b`, '--older-than', '30'], '12h, 30d or 8w', 2],
    ['a date in the future', [`${host}/a/b`, '--older-than', '2999-01-31'], 'is in the future', 2],
    ['an order that is unknown', [`${host}/a/b`, '--keep', '1', '--by', 'size'], 'date, version', 2],
  ])('exits with 2 for %s', async (_, args, message, exitCode) => {
    const { code, stderr } = await runCommand(['prune', ...args])
    expect(stderr).toContain(message)
    expect(code).toBe(exitCode)
  })
})

describe('registry-client undo', () => {
  it('leaves a tag alone that names another image meanwhile, and exits with 4', async () => {
    const { name, repository, digests } = await repositoryWith('v1', 'v2')
    const file = join(folder, 'moved.json')
    await runCommand(['delete', `${name}:v1`, '--yes', '--undo', file])
    await retagImage(registry, repository, 'v2', ['v1'])
    const { code, stdout, stderr } = await runCommand(['undo', file])
    expect(stdout.split('\n')).toEqual([`restored ${name}@${digests.v1}`, `kept ${name}:v1@${digests.v2}`, ''])
    expect(stderr).toContain('were not changed: v1')
    expect(code).toBe(4)
  })

  it.each([
    ['does not exist', undefined, 'Cannot read'],
    ['is not JSON', 'v1', 'it is not the output of a delete'],
    ['is another document', '{"registry":"http://localhost:1"}', 'it is not the output of a delete'],
    ['is null', 'null', 'it is not the output of a delete'],
  ])('exits with 3 for a file that %s', async (_, text, message) => {
    const file = join(folder, 'other.json')
    rmSync(file, { force: true })
    if (text !== undefined) writeFileSync(file, text)
    const { code, stderr } = await runCommand(['undo', file])
    expect(stderr).toContain(message)
    expect(code).toBe(3)
  })
})
