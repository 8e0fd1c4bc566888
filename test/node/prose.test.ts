import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

// Keeps out the habits that made comments and messages hard to read. The rules and a glossary are in CONTRIBUTING.md.

/** In columns: the formatter's width for code. */
const WIDTH = 120

/** Turns that have a plainer word, which stands behind. */
const TURNS: ReadonlyArray<readonly [turn: RegExp, plain: string]> = [
  [/\banew\b/i, 'again'],
  [/\bin the place of\b/i, 'instead of'],
  [/\b(?:is|are|was|were) none\b/i, 'there is no …, or is not a valid …'],
  [/\b(?:is|are) no such\b/i, 'is not a …'],
  [/\bbefall/i, 'happen to'],
  [/\bgo(?:es)? along\b/i, 'is pushed too'],
  [/\blets? go of\b/i, 'close, release'],
  [/\bgives? nothing\b/i, 'returns `undefined`'],
  [/\bwho(?:ever)? asks\b/i, 'the caller'],
  [/\bcame? of layers\b/i, 'compression cache'],
  [/\bwhat (?:signs in|compresses|unpacks)\b/i, 'authenticator, encoder, decoder'],
  [/\ball the same\b|\bnevertheless\b/i, 'anyway'],
  [/\bcollects? its garbage\b/i, 'runs its garbage collection'],
  [/\bgo(?:es)? on\b/i, 'continue'],
  [/\bmend(?:s|ed)?\b/i, 'fix'],
  [/\b(?:its|their) like\b/i, 'similar'],
  [/\bupon\b/i, 'on, together'],
  [/\bdo(?:es)? no harm\b/i, 'is harmless'],
  [/\bspeaks? (?:TLS|https?)\b/i, 'uses'],
  [/\bputs? (?:\w+ )?back\b/i, 'restore'],
  [/\b(?:nothing|this) goes\b/i, 'is deleted'],
]

const files = ['src', 'demo'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => join(folder, file)),
)

const lineOf = (text: string, index: number) => text.slice(0, index).split('\n').length

/** The lines that have a turn with a plainer word. */
const turnsOf = (text: string) =>
  text.split('\n').flatMap((line, index) =>
    TURNS.flatMap(([turn, plain]) => {
      const [found] = turn.exec(line) ?? []
      return found === undefined ? [] : [`line ${index + 1}: "${found}"; say: ${plain}`]
    }),
  )

const documents = [
  'README.md',
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => join('docs', file)),
]

describe('the prose of src and demo', () => {
  it.each(files)('%s is plain', (file) => {
    const text = readFileSync(file, 'utf8')
    const faults: string[] = []
    for (const { index } of text.matchAll(/\/\*\*\s*(?:\*\s*)?(?:What|Who|Whether)\b/g)) {
      faults.push(`line ${lineOf(text, index)}: a docstring begins with What, Who or Whether`)
    }
    text.split('\n').forEach((line, index) => {
      const isComment = /^\s*(?:\/\/|\/?\*)/.test(line)
      if (isComment && line.length > WIDTH) faults.push(`line ${index + 1}: a comment of ${line.length} columns`)
    })
    expect([...faults, ...turnsOf(text)]).toEqual([])
  })
})

describe('the prose of the documents', () => {
  it.each(documents)('%s is plain', (file) => {
    expect(turnsOf(readFileSync(file, 'utf8'))).toEqual([])
  })
})
