/**
 * Describes the shape of a JSON document in one line: the fields and the types of their values. An array has the shapes
 * of its items: `{ digest: string, tags: [{ tag: string }] }`.
 */
export function shapeOf(document: unknown): string {
  if (document === null) return 'null'
  if (Array.isArray(document)) return `[${[...new Set(document.map(shapeOf))].join(' | ')}]`
  if (typeof document !== 'object') return typeof document
  const fields = Object.entries(document).map(([name, value]) => `${name}: ${shapeOf(value)}`)
  return fields.length > 0 ? `{ ${fields.join(', ')} }` : '{}'
}
