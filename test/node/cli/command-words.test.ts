import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it, vi } from 'vitest'
import { createProgram } from '../../../src/cli/program/program.ts'
import { FLAGS, inCommandWords } from '../../../src/cli/terminal/command-words.ts'

// Texts of the SDK name its options and functions. Every text that a command can show has words of the command.

/** Texts that only pages, wrong calls in code, or functions without a command show. */
const ONLY_IN_CODE = [
  /^an object such as/,
  /^Cannot (?:create a fetch|use a client certificate|use \{ (?:insecure|passphrase)|create an image: pass|use .* as (?:edits|rules)|choose an image: \{ image \} has|delete .*: pass a pattern|use a file: pass)/,
  /^(?:an array of|a File|in Node, pull with|a tag, a digest, or a descriptor|\{ registry, repository|pass tags in the second)/,
  /^(?:Cannot use controller|tags is an option|pass \{ \.\.\.image|Cannot (?:push|collect) the stream: pass a|an archive, as|a store, as|a store with list|call saveArchive|Basic )/,
  /the subject has to be|pass the attributes of the folder|answer OPTIONS for|content security policy|did not answer with \{ Username/,
]

/** The literals of the source that name options or functions: `{ platform }`, `openArchive()`, `pushDockerTar`. */
function textsOf(file: string): readonly string[] {
  const code = readFileSync(`src/${file}`, 'utf8').replaceAll(/^\s*(?:\*|\/\/|\/\*\*).*$/gm, '')
  const literals = [...code.matchAll(/'([^'\n]*)'|"([^"\n]*)"|`([^`\n]*)`/g)].map(
    ([, single, double, template]) => single ?? double ?? template ?? '',
  )
  return literals
    .map((text) => text.replaceAll(/\$\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}/g, 'image'))
    .filter((text) => / /.test(text) && isCode(text) && !ONLY_IN_CODE.some((pattern) => pattern.test(text)))
}

const isCode = (text: string) =>
  /\{ \.*\w+(?::[^{}]*|, [^{}]*)? ?\}|\w\(\)|pushDockerTar|selectPlatforms|createFetch/.test(text)

const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.ts') && !/^(?:cli|testing)\//.test(file),
)
const texts = files.flatMap((file) => textsOf(file).map((text) => [file, text] as const))

describe('inCommandWords', () => {
  it('finds the texts', () => {
    expect(texts.length).toBeGreaterThan(40)
  })

  it.each(texts)('turns the text of %s into words of the command: %s', (_, text) => {
    const words = inCommandWords(text)
    expect(isCode(words)).toBe(false)
    expect(words).not.toContain('of the SDK')
  })
})

/** The flags of all commands. */
function flagsOf(command: { readonly options: readonly unknown[]; readonly commands: readonly unknown[] }): string[] {
  const own = (command.options as ReadonlyArray<{ long: string }>).map(({ long }) => long)
  return [...own, ...(command.commands as ReadonlyArray<typeof command>).flatMap(flagsOf)]
}

describe('the words of the command', () => {
  it('name flags that exist', () => {
    vi.stubGlobal('PACKAGE_VERSION', '1.0.0')
    const existing = flagsOf(createProgram())
    const texts = [...Object.values(FLAGS), ...files.flatMap((file) => textsOf(file).map(inCommandWords))]
    const named = texts.flatMap((text) => text.match(/--[a-z][a-z-]*/g) ?? [])
    expect([...new Set(named)].filter((flag) => !existing.includes(flag))).toEqual([])
  })
})
