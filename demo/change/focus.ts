/** For `ref`: puts the focus on the element when it appears. */
export function focus(element: HTMLElement | null): void {
  element?.focus()
}

/** Gives the focus back to what had it before a dialog. If that is gone, the heading of the view gets it. */
export function giveFocusBack(before: Element | null): void {
  requestAnimationFrame(() => {
    // Safari and Firefox on macOS give a clicked button no focus.
    const isThere = before instanceof HTMLElement && before !== document.body && before.isConnected
    if (isThere) return before.focus()
    const heading = document.querySelector<HTMLElement>('main h1')
    if (!heading) return
    heading.tabIndex = -1
    heading.focus()
  })
}
