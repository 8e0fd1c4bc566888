import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import * as node from '../../src/node/index.ts'
import { SAVED_ARCHIVES } from '../support/saved-archives.ts'
import { describeSavedArchives } from '../support/saved-archives-contract.ts'

const FOLDER = new URL('../archives/', import.meta.url)

describeSavedArchives('archives of real tools, from the Node entry', node, (file) =>
  fileURLToPath(new URL(file, FOLDER)),
)

describe('the archives of real tools', () => {
  it('are all in the list of what has to become of them, and in their README.md', () => {
    const names = readdirSync(FOLDER).flatMap((file) => /^(.*)\.tar$/.exec(file)?.[1] ?? [])
    const readme = readFileSync(new URL('README.md', FOLDER), 'utf8')
    expect([...readme.matchAll(/^\| `(.*?)` \|/gm)].map(([, name]) => name).sort()).toEqual(names.sort())
    expect(SAVED_ARCHIVES.map(({ name }) => name).sort()).toEqual(names)
  })
})
