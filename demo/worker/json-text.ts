/** In characters: what a page can show without a pause. */
const MAX_TEXT = 256 * 1024

/** Formats JSON for people. Text that is no JSON stays as it is. A long text is cut. */
export function formatJson(bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes)
  return cut(indent(text))
}

/** Indents JSON. Returns the text as it is if it is no JSON. */
export function indent(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2)
  } catch {
    return text
  }
}

function cut(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text
}
