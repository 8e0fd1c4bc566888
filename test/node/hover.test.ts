import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Editor, openEditor } from '../support/hover.ts'

// What an editor shows of a function, by the built types and TypeScript's own language server.

const FOLDER = resolve('.cache/hover')
const PACKAGE = join(FOLDER, 'node_modules/registry-api-v2-client')
let editor: Editor

beforeAll(async () => {
  rmSync(FOLDER, { recursive: true, force: true })
  mkdirSync(PACKAGE, { recursive: true })
  cpSync('package.json', join(PACKAGE, 'package.json'))
  execFileSync('node_modules/.bin/tsc', ['-p', 'tsconfig.build.json', '--outDir', join(PACKAGE, 'dist')])
  // Otherwise the package's name leads to the project around the folder.
  writeFileSync(join(FOLDER, 'package.json'), '{ "type": "module" }')
  const compilerOptions = { module: 'nodenext', target: 'es2022', lib: ['es2023', 'dom'], strict: true }
  writeFileSync(join(FOLDER, 'tsconfig.json'), JSON.stringify({ compilerOptions }))
  editor = await openEditor(FOLDER)
})
afterAll(() => {
  editor?.close()
  rmSync(FOLDER, { recursive: true, force: true })
})

async function hover(name: string, entry: string): Promise<string> {
  const file = join(FOLDER, `${name}${entry.length}.ts`)
  writeFileSync(file, `import { ${name} } from '${entry}'\n\nvoid ${name}\n`)
  return editor.hover(file, name)
}

const [PORTABLE, NODE] = ['registry-api-v2-client', 'registry-api-v2-client/node']

describe('the hover of', () => {
  it.each([
    [
      'pushDockerTar',
      PORTABLE,
      ['archive: ArchiveInput | Archive', 'registry: RegistryInput', 'repository?: string', 'tag?: string'],
      ['TarReadError', 'ValidationError', 'DigestMismatchError', 'ResponseError', 'NetworkError'],
    ],
    [
      'pushDockerTar',
      NODE,
      ['archive: ArchiveInput | Archive', 'registry: RegistryInput', 'repository?: string', 'tag?: string'],
      ['TarReadError', 'ValidationError', 'DigestMismatchError', 'ResponseError', 'NetworkError'],
    ],
    ['openArchive', NODE, ['archive: ArchiveInput'], ['TarReadError', 'ValidationError', 'DigestMismatchError']],
    [
      'planPush',
      NODE,
      ['images: readonly Image[]', 'registry: RegistryInput'],
      ['ValidationError', 'ResponseError', 'NetworkError'],
    ],
    [
      'listTags',
      PORTABLE,
      ['registry: RegistryInput', 'repository: string'],
      ['ValidationError', 'ResponseError', 'NetworkError'],
    ],
  ])('%s from %s shows the parameters, the errors and an example', async (name, entry, parameters, errors) => {
    const text = await hover(name, entry)
    const [signature = '', ...docs] = text.split('```\n')
    for (const parameter of [...parameters, 'options?: ']) expect(signature).toContain(parameter)
    for (const parameter of [...parameters, 'options']) {
      expect(text).toMatch(new RegExp(`\\*@param\\*.*\`${parameter.split(/\W/)[0]}\``))
    }
    expect(text).toMatch(/\*@returns\*/)
    for (const error of errors) expect(text).toMatch(new RegExp(`\\*@throws\\*.*${error}`))
    expect(docs.join('')).toContain(`import { `)
    expect(docs.join('')).toMatch(new RegExp(`await ${name}\\(`))
    expect(docs.join('')).toContain(` from '${entry}'`)
  })
})
