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
]

const files = ['src', 'demo'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => join(folder, file)),
)

const lineOf = (text: string, index: number) => text.slice(0, index).split('\n').length

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
      for (const [turn, plain] of TURNS) {
        if (turn.test(line)) faults.push(`line ${index + 1}: "${turn.exec(line)?.[0]}"; say: ${plain}`)
      }
    })
    expect(faults).toEqual([])
  })
})
