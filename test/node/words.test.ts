import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseAst } from 'vite'
import { describe, expect, it } from 'vitest'

// Each text of the page and of the element is there in both languages, with the same placeholders.

type Texts = Readonly<Record<string, unknown>>
type Component = readonly [name: string, texts: Texts]

const files = ['src/element', 'demo'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => join(folder, file)),
)

/** Reads the messages that a file defines: `messages('tags/table', { … })`. */
function englishIn(file: string): readonly Component[] {
  const code = readFileSync(file, 'utf8')
  if (!code.includes('messages(')) return []
  const found: Component[] = []
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    const { type, callee, arguments: given } = node as Record<string, unknown>
    if (type === 'CallExpression' && (callee as { name?: string }).name === 'messages') {
      const [name, texts] = given as { value: string; expression?: object; start: number; end: number }[]
      // What follows an object may be "satisfies …".
      const { start, end } = (texts?.expression ?? texts) as { start: number; end: number }
      found.push([name?.value ?? '', evaluate(code.slice(start, end))])
    }
    for (const child of Object.values(node)) if (typeof child === 'object') visit(child)
  }
  visit(parseAst(code, { lang: file.endsWith('x') ? 'tsx' : 'ts' }).body)
  return found
}

/** Evaluates the object of a definition. What makes a function of a text gives the text here. */
function evaluate(literal: string): Texts {
  const asItIs = <T>(text: T) => text
  return new Function('params', 'count', `return (${literal})`)(asItIs, asItIs)
}

const english = files.flatMap(englishIn)

const koreanFiles = files.filter((file) => /(?:^|[\\/])ko\.ts$/.test(file))
const korean: readonly Component[] = (
  await Promise.all(koreanFiles.map((file) => import(/* @vite-ignore */ pathToFileURL(file).href)))
).flatMap(({ default: texts }) => Object.entries<Texts>(texts))

/** All placeholders of a text, or of the forms of a count. */
function placeholders(text: unknown): readonly string[] {
  const all = typeof text === 'string' ? [text] : Object.values(text as Record<string, string>)
  return [...new Set(all.flatMap((form) => form.match(/\{\w+\}/g) ?? []))].sort()
}

const shapeOf = (components: readonly Component[]) =>
  Object.fromEntries(
    [...components].map(([name, texts]) => [
      name,
      Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, placeholders(text)])),
    ]),
  )

describe('the texts of the page', () => {
  it('have a name of their own in each language', () => {
    for (const components of [english, korean]) {
      const names = components.map(([name]) => name)
      expect(names.length).toBeGreaterThan(10)
      expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
    }
  })

  it('are all there in Korean, with the same placeholders, and no others are', () => {
    expect(shapeOf(korean)).toEqual(shapeOf(english))
  })

  it('name a setting of an image alike where it is shown and where it is edited', () => {
    for (const components of [english, korean]) {
      const [shown = {}, edited = {}] = ['image/config', 'change/settings'].map((name) => new Map(components).get(name))
      const both = Object.keys(edited).filter((key) => key in shown)
      expect(both.length).toBeGreaterThan(5)
      for (const key of both) expect(shown[key]).toBe(edited[key])
    }
  })

  it('have a form for all other numbers wherever they count', () => {
    const counts = [...english, ...korean].flatMap(([name, texts]) =>
      Object.entries(texts)
        .filter(([, text]) => typeof text !== 'string')
        .map(([key, text]) => [`${name}.${key}`, Object.keys(text as object)] as const),
    )
    expect(counts.length).toBeGreaterThan(5)
    expect(counts.filter(([, forms]) => !forms.includes('other') && !forms.includes('many'))).toEqual([])
  })

  it('are loaded from the file of their room', () => {
    const rooms = files.flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/\btranslate\('([\w-]+)'/g)].map(([, room]) => room),
    )
    const used = [...new Set(english.map(([name]) => name.split('/')[0]))]
    expect([...new Set(rooms)].sort()).toEqual(used.sort())
  })

  it('take their values by the function of words/, which a "$&" in a value does not change', () => {
    const takers = files.filter((file) => /import \{[^}]*\bparams\b[^}]*\} from/.test(readFileSync(file, 'utf8')))
    expect(takers.length).toBeGreaterThan(30)
    const others = takers.filter(
      (file) => !/\bparams\b[^}]*\} from '[^']*placeholders\.ts'/.test(readFileSync(file, 'utf8')),
    )
    expect(others).toEqual([])
  })

  it('are plain text', () => {
    const all = [...english, ...korean].flatMap(([, texts]) =>
      Object.values(texts).flatMap((text) => (typeof text === 'string' ? [text] : Object.values(text as object))),
    )
    expect(all.filter((text) => /<\/?\w|&\w+;/.test(text))).toEqual([])
  })
})
