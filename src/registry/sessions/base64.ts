/** Bytes as text, for stores that take no other. */
export function toBase64(bytes: Uint8Array | undefined): string | undefined {
  return bytes && btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
}

/** Gives nothing if it is none. */
export function fromBase64(text: string | undefined): Uint8Array | undefined {
  if (text === undefined || !/^[A-Za-z0-9+/]+={0,2}$/.test(text) || text.length % 4 !== 0) return undefined
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}
