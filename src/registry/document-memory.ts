/** A manifest or a config, whose bytes match the digest in its URL. */
export interface KeptDocument {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** As the registry states it. */
  readonly mediaType?: string | undefined
}

/** The manifests and configs that a handle keeps, by their URLs. */
export interface DocumentMemory {
  /** Returns a document with a copy of its bytes: the caller may change them. */
  get(url: string | URL): KeptDocument | undefined
  set(url: string | URL, document: KeptDocument): void
  delete(url: string | URL): void
}

/** Makes a memory of at most so many bytes. It forgets first the documents that were not used for the longest time. */
export function createDocumentMemory(maxBytes: number): DocumentMemory {
  // In the order of their last use.
  const documents = new Map<string, KeptDocument>()
  let total = 0

  function remove(url: string): KeptDocument | undefined {
    const document = documents.get(url)
    if (documents.delete(url)) total -= document?.bytes.length ?? 0
    return document
  }

  function add(url: string, document: KeptDocument): void {
    remove(url)
    documents.set(url, document)
    total += document.bytes.length
    for (const [oldest] of documents) {
      if (total <= maxBytes) break
      remove(oldest)
    }
  }

  return {
    get(url) {
      const document = remove(String(url))
      if (!document) return undefined
      add(String(url), document)
      return { ...document, bytes: document.bytes.slice() }
    },
    set: (url, document) => add(String(url), { ...document, bytes: document.bytes.slice() }),
    delete: (url) => void remove(String(url)),
  }
}
