import type { WebElement } from './web-driver.ts'

// What finds the elements of a page, open shadow roots included. It runs in the page: each function stands alone.

/** The elements that match a selector and, if not said otherwise, are visible. */
export function elementsByCss(selector: string, isHidden: boolean): WebElement[] {
  const found: Element[] = []
  const visit = (root: Document | ShadowRoot) => {
    for (const element of root.querySelectorAll('*')) {
      if (element.matches(selector) && (isHidden || element.checkVisibility({ visibilityProperty: true }))) {
        found.push(element)
      }
      if (element.shadowRoot) visit(element.shadowRoot)
    }
  }
  visit(document)
  return found as unknown as WebElement[]
}

/**
 * The elements that match a selector, and whose accessible name matches a pattern. WebKit tells names by WebDriver, too, but to it a field inside
 * its label is a part of its own name.
 */
export function elementsByName(selector: string, source: string, flags: string): WebElement[] {
  const pattern = new RegExp(source, flags)
  const textOf = (element: Element | null | undefined) => {
    const copy = element?.cloneNode(true) as Element | undefined
    for (const field of copy?.querySelectorAll('input, select, textarea') ?? []) field.remove()
    return copy?.textContent ?? ''
  }
  const nameOf = (element: Element) => {
    const root = element.getRootNode() as Document | ShadowRoot
    const ids = element.getAttribute('aria-labelledby')?.split(/\s+/) ?? []
    const { labels } = element as HTMLInputElement
    return (
      ids.map((id) => textOf(root.getElementById(id))).join(' ') ||
      element.getAttribute('aria-label') ||
      (labels && [...labels].map(textOf).join(' ')) ||
      textOf(element) ||
      element.getAttribute('title') ||
      ''
    )
  }
  const found: Element[] = []
  const visit = (root: Document | ShadowRoot) => {
    for (const element of root.querySelectorAll('*')) {
      const isWanted = element.matches(selector) && pattern.test(nameOf(element).replace(/\s+/g, ' ').trim())
      if (isWanted && element.checkVisibility({ visibilityProperty: true })) found.push(element)
      if (element.shadowRoot) visit(element.shadowRoot)
    }
  }
  visit(document)
  return found as unknown as WebElement[]
}

/** The innermost elements that show a text. */
export function elementsByText(source: string, flags: string): WebElement[] {
  const pattern = new RegExp(source, flags)
  const found: Element[] = []
  const visit = (root: Document | ShadowRoot) => {
    for (const element of root.querySelectorAll('*')) {
      if (element.shadowRoot) visit(element.shadowRoot)
      const text = (element.textContent ?? '').replace(/\s+/g, ' ').trim()
      if (!pattern.test(text) || element.matches('script, style, head *')) continue
      const isInner = [...element.children].some((child) =>
        pattern.test((child.textContent ?? '').replace(/\s+/g, ' ')),
      )
      if (!isInner && element.checkVisibility({ visibilityProperty: true })) found.push(element)
    }
  }
  visit(document)
  return found as unknown as WebElement[]
}

/** What the page shows, open shadow roots included. */
export function textOfPage(): string {
  const texts: string[] = [document.body.innerText]
  const visit = (root: Document | ShadowRoot) => {
    for (const { shadowRoot } of root.querySelectorAll('*')) {
      if (!shadowRoot) continue
      for (const child of shadowRoot.children) {
        if (child instanceof HTMLElement && child.checkVisibility()) texts.push(child.innerText)
      }
      visit(shadowRoot)
    }
  }
  visit(document)
  return texts.join('\n')
}
