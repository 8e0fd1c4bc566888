import { findElement } from './element.ts'

const section = findElement('result', HTMLElement)
const digestText = findElement('digest', HTMLElement)
const pull = findElement('pull', HTMLElement)
const copy = findElement('copy', HTMLButtonElement)

export function showResult(digest: string, pullCommand: string): void {
  digestText.textContent = digest
  pull.textContent = pullCommand
  copy.textContent = 'Copy'
  section.hidden = false
  section.scrollIntoView({ block: 'nearest' })
}

export function hideResult(): void {
  section.hidden = true
}

copy.addEventListener('click', async () => {
  try {
    await navigator.clipboard.writeText(pull.textContent ?? '')
    copy.textContent = 'Copied'
  } catch {
    // No clipboard on plain http, or not allowed: then the line is selected, to be copied by hand.
    getSelection()?.selectAllChildren(pull)
    copy.textContent = 'Selected'
  }
})
