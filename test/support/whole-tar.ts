import { createHash } from 'node:crypto'
import { parseTar } from 'nanotar'
import { expect } from 'vitest'

/** Expects all blobs of a tar to be what their names say, and all that its manifests name to be there. */
export function expectWholeTar(tar: Uint8Array): void {
  // A copy: nanotar reads the buffer that the bytes are in from its start, and Node may share that.
  const files = new Map(parseTar(new Uint8Array(tar)).map(({ name, data }) => [name, data ?? new Uint8Array(0)]))
  for (const [name, bytes] of files) {
    const claimed = /^blobs\/sha256\/(.*)$/.exec(name)?.[1]
    if (claimed !== undefined) expect(createHash('sha256').update(bytes).digest('hex')).toBe(claimed)
  }
  const visit = (name: string): void => {
    const { manifests = [], config, layers = [] } = JSON.parse(new TextDecoder().decode(files.get(name)))
    const named: ReadonlyArray<{ digest: string }> = [...manifests, ...layers, ...(config ? [config] : [])]
    for (const { digest } of named) expect([...files.keys()]).toContain(blobPath(digest))
    for (const { digest } of manifests) visit(blobPath(digest))
  }
  visit('index.json')
}

export function blobPath(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`
}
