/** Copies a text, also where a page has no clipboard, or may not use it: on plain http, and in frames. */
export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
  } catch {
    copySelected(text)
  }
}

function copySelected(text: string): void {
  const field = document.createElement('textarea')
  field.value = text
  field.readOnly = true
  field.style.position = 'fixed'
  // A modal dialog makes all outside of it inert.
  const place = document.activeElement?.closest('dialog') ?? document.body
  place.append(field)
  field.select()
  document.execCommand('copy')
  field.remove()
}
