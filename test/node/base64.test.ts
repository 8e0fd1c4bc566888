import { describe, expect, it } from 'vitest'
import { fromBase64, toBase64 } from '../../src/oci/base64.ts'

const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte)

describe('toBase64()', () => {
  it('encodes every byte as Node does', () => {
    for (let length = 0; length < 5; length++) {
      const part = bytes.subarray(250 - length, 250)
      expect(toBase64(part)).toBe(Buffer.from(part).toString('base64'))
    }
    expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'))
  })
})

describe('fromBase64()', () => {
  it('decodes what toBase64() encodes', () => {
    expect(fromBase64(toBase64(bytes))).toEqual(bytes)
    expect(fromBase64('')).toEqual(new Uint8Array(0))
  })

  it('decodes a text without padding, and one with line breaks', () => {
    expect(fromBase64('YWI')).toEqual(new TextEncoder().encode('ab'))
    expect(fromBase64('YW\nI=')).toEqual(new TextEncoder().encode('ab'))
  })

  it.each(['Y', 'YWI==', 'YW-_', 'ä', '{}'])('returns undefined for %j', (text) => {
    expect(fromBase64(text)).toBeUndefined()
  })
})
