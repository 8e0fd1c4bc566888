import { zipSync } from 'fflate'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import * as sdk from '../../src/index.ts'
import { createTestArchive, createTestRegistry } from '../../src/testing/index.ts'

// The examples in the docstrings of the portable entry, in a page. test/node/docstrings.test.ts compiles them, and compares what they log.

declare global {
  interface ImportMeta {
    /** Vite's: the modules of some files, by their paths. */
    glob(patterns: readonly string[], options: object): Readonly<Record<string, string>>
  }
}

const sources = import.meta.glob(['../../src/**/*.ts', '!../../src/node/**'], {
  query: '?raw',
  import: 'default',
  eager: true,
})
const examples = Object.values(sources).flatMap((source) =>
  [...source.matchAll(/ \* @example\n((?: \*.*\n)+) \*\/\nexport (?:async )?function\*? (\w+)/g)].map(
    ([, text = '', name = '']) => ({
      name,
      code: text
        .replaceAll(/^ \* ?(?:```.*)?/gm, '')
        .replace(/import (\{.*\}) from 'registry-api-v2-client'/, 'const $1 = sdk')
        .replaceAll(' as const', ''),
    }),
  ),
)
const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as new (
  ...texts: string[]
) => (...values: unknown[]) => Promise<void>

const archive = createTestArchive({ images: [{ names: ['registry.example.com/team/app:v7'] }] })
let values: Record<'sdk' | 'file' | 'zip', unknown>

beforeAll(async () => {
  const zipped = zipSync({ 'exported.tar': await archive })
  values = { sdk, file: new File([await archive], 'exported.tar'), zip: new File([zipped], 'artifact.zip') }
})
// Some examples delete it, or give it other tags.
beforeEach(async () => {
  vi.stubGlobal('fetch', createTestRegistry().fetch)
  await sdk.pushDockerTar(await archive, 'https://registry.example.com', 'team/app', 'v7')
})
afterEach(() => vi.restoreAllMocks())
afterAll(() => vi.unstubAllGlobals())

it('every function of the portable entry has an example', () => {
  const functions = Object.entries(sdk).filter(([name, value]) => typeof value === 'function' && /^[a-z]/.test(name))
  expect(examples.map(({ name }) => name).sort()).toEqual(functions.map(([name]) => name).sort())
})

it.each(examples)('the example of $name runs in a page', async ({ code }) => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {})
  await new AsyncFunction(...Object.keys(values), `{\n${code}\n}`)(...Object.values(values))
  expect(log).toHaveBeenCalledTimes(code.match(/console\.log\(.*\) \/\/ /g)?.length ?? 0)
})
