import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../demo/shell/config.ts'

const ORIGIN = 'https://registry.example.com'
const parse = (json: unknown) => parseConfig(JSON.stringify(json), ORIGIN)
const NOTHING_SET = { registries: [], readOnly: false, deletes: true, faults: [] }

describe('parseConfig()', () => {
  it('reads all keys', () => {
    const json = {
      $schema: './config.schema.json',
      title: ' The registry of our team ',
      registry: 'https://one.example.com',
      registries: ['two.example.com', 'localhost:5000', 'https://one.example.com'],
      readOnly: false,
      deletes: false,
      language: 'ko',
    }
    expect(parse(json)).toEqual({
      title: 'The registry of our team',
      registry: 'https://one.example.com',
      registries: ['https://one.example.com', 'two.example.com', 'localhost:5000'],
      readOnly: false,
      deletes: false,
      language: 'ko',
      faults: [],
    })
  })

  it.each([{}, { title: '', registry: '', registries: [], readOnly: null, deletes: null, language: '' }])(
    'takes %j as nothing set',
    (json) => {
      expect(parse(json)).toEqual(NOTHING_SET)
    },
  )

  it.each([
    ['/', ORIGIN],
    ['/team/', `${ORIGIN}/team`],
  ])('takes "%s" as an address on the origin of the page', (registry, address) => {
    expect(parse({ registry })).toMatchObject({ registry: address, registries: [address], faults: [] })
  })

  it('takes the first of the registries if none is set as the registry', () => {
    expect(parse({ registries: ['a.example.com', 'b.example.com'] })).toMatchObject({ registry: 'a.example.com' })
  })

  it('offers no deletes where nothing may be changed', () => {
    expect(parse({ readOnly: true, deletes: true })).toMatchObject({ readOnly: true, deletes: false, faults: [] })
  })

  it.each(['', '{', '{ "readOnly": true, }', "{ 'title': 1 }", '\u0000', '{"title": "a'])(
    'offers no deletes if the file is not JSON: %j',
    (text) => {
      const message = expect.any(String)
      expect(parseConfig(text, ORIGIN)).toEqual({
        ...NOTHING_SET,
        deletes: false,
        faults: [{ kind: 'syntax', message }],
      })
    },
  )

  it.each(['[]', 'null', '1', '"title"'])('says that %s is no object', (text) => {
    expect(parseConfig(text, ORIGIN)).toEqual({ ...NOTHING_SET, deletes: false, faults: [{ kind: 'no-object' }] })
  })

  it('takes the page of a server of single pages as a missing file', () => {
    expect(parseConfig('\n<!doctype html><html></html>', ORIGIN)).toEqual({
      ...NOTHING_SET,
      faults: [{ kind: 'missing' }],
    })
  })

  it.each([
    ['title', 'text', [1, {}, ['a'], '  ']],
    ['registry', 'address', [1, '//evil.example.com', 'ftp://a.example.com', 'https://', 'a b', {}]],
    [
      'registry',
      'address',
      ['https://user:secret@a.example.com', 'https://a.example.com?x', 'https://a.example.com#x'],
    ],
    ['registries', 'addresses', ['a.example.com', [1], ['a.example.com', 'ftp://b.example.com'], {}]],
    ['language', 'language', ['de', 1, 'EN', 'toString']],
  ] as const)('says that "%s" has to be of the kind "%s", and leaves %j out', (key, expected, values) => {
    for (const value of values) {
      expect(parse({ [key]: value }), JSON.stringify(value)).toEqual({
        ...NOTHING_SET,
        faults: [{ kind: 'value', key, expected }],
      })
    }
  })

  it.each(['true', 'false', 1, 0, [], {}])('takes %j for a switch as the careful choice', (value) => {
    const fault = (key: string) => ({ kind: 'value', key, expected: 'switch' })
    expect(parse({ readOnly: value })).toMatchObject({ readOnly: true, deletes: false, faults: [fault('readOnly')] })
    expect(parse({ deletes: value })).toMatchObject({ readOnly: false, deletes: false, faults: [fault('deletes')] })
  })

  it('names keys that it does not know, and uses the others', () => {
    const text = '{ "readonly": true, "__proto__": { "readOnly": true }, "title": "Ours" }'
    expect(parseConfig(text, ORIGIN)).toEqual({
      ...NOTHING_SET,
      title: 'Ours',
      faults: [
        { kind: 'unknown-key', key: 'readonly' },
        { kind: 'unknown-key', key: '__proto__' },
      ],
    })
  })

  it('keeps passwords of an address out of the faults', () => {
    expect(JSON.stringify(parse({ registry: 'https://user:secret@a.example.com' }))).not.toContain('secret')
  })
})
