import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

// A translation has the headings, the code and the tables of its original.

const TRANSLATIONS = [
  ['README.md', 'README.ko.md'] as const,
  ...readdirSync('docs/ko').map((name) => [`docs/${name}`, `docs/ko/${name}`] as const),
].filter(([original]) => existsSync(original))

const GLOSSARY = 'docs/ko/glossary.md'
/** The texts of the page, of the element and of the site. */
const MESSAGES = [
  ...['src/element', 'demo'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => /(?:^|[/\\])ko\b[\w-]*\.ts$/.test(name))
      .map((name) => join(folder, name)),
  ),
  'site/korean.js',
  'site/sidebar.js',
  'site/.vitepress/config.js',
]
const KOREAN = [...TRANSLATIONS.map(([, translation]) => translation), ...MESSAGES]

const CODE = /^```\w*\n.*?^```$/gms
const withoutCode = (text: string) => text.replaceAll(CODE, '')

/** The cells of each line of a table: `\|` is no border. */
const rows = (text: string) =>
  withoutCode(text)
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.replaceAll('\\|', '').split('|').slice(1, -1))

const STRUCTURE = [
  ['headings', (text: string) => [...withoutCode(text).matchAll(/^(#+) /gm)].map(([, level]) => level)],
  ['code', (text: string) => text.match(CODE) ?? []],
  ['number of cells in each row of its tables', (text: string) => rows(text).map(({ length }) => length)],
  [
    'bare code in the first cells of its tables',
    (text: string) =>
      rows(text)
        .map(([first = '']) => first.trim())
        .filter((cell) => /^(?:`[^`]+`(?:, )?)+$/.test(cell)),
  ],
  [
    'links',
    (text: string) =>
      [...text.matchAll(/\]\(([^)#:]+\.\w+)[^)]*\)/g)]
        .map(([, link = '']) => link.replace(/(?<=docs\/|^)ko\/|^\.\.\/(?!\.)/, ''))
        // Each names the other.
        .filter((link) => !link.startsWith('README')),
  ],
] as const

describe.each(TRANSLATIONS)('%s, as %s', (original, translation) => {
  it.each(STRUCTURE)('has the same %s', (_, structure) => {
    expect(structure(readFileSync(translation, 'utf8'))).toEqual(structure(readFileSync(original, 'utf8')))
  })
})

describe('the Korean texts', () => {
  const wrong = rows(readFileSync(GLOSSARY, 'utf8'))
    .flatMap(([, , words = '']) => words.split(','))
    .map((word) => word.trim())
    .filter((word) => !['', '---', '쓰지 않는 말'].includes(word))

  it('are there, and the glossary names words that they avoid', () => {
    expect(MESSAGES.length).toBeGreaterThan(5)
    expect(wrong).toEqual(expect.arrayContaining(['저장소', '가지고 있']))
  })

  it.each(KOREAN)('%s has the terms of the glossary', (file) => {
    const text = readFileSync(file, 'utf8')
    expect(wrong.filter((word) => text.includes(word))).toEqual([])
  })

  it.each([...KOREAN, GLOSSARY])('%s has sentences in one form, and one kind of quotes', (file) => {
    const prose = withoutCode(readFileSync(file, 'utf8')).replaceAll(/`[^`\n]+`/g, '')
    const otherForm = /.{0,20}(?:[요죠][.?!]|(?:(?<!니)다|(?<!십시)오|(?<!니)까)(?:[.?!]|(?= ?\||')))(?=['"\s|)]|$)/gm
    expect(prose.match(otherForm) ?? []).toEqual([])
    expect(prose.match(/.{0,20}[“”‘’「」]/g) ?? []).toEqual([])
  })

  it.each(KOREAN)('%s has both forms of a particle after a value', (file) => {
    // Sizes are read as numbers of bytes, whose particles are known.
    const single = /\{(?!bytes|sends|limit)\w+\}"?(?:[을를은는이가과와로]|으로|이?나|이?라)(?![\p{L}(])/gu
    expect(readFileSync(file, 'utf8').match(single) ?? []).toEqual([])
  })
})
