/** For `ref`: puts the focus on the element when it appears. */
export function focus(element: HTMLElement | null): void {
  element?.focus()
}

/** Gives the focus back to what had it before a dialog. If that is gone, the heading of the view gets it. */
export function giveFocusBack(before: Element | null): void {
  requestAnimationFrame(() => {
    if (before instanceof HTMLElement && before.isConnected) return before.focus()
    const heading = document.querySelector<HTMLElement>('main h1')
    if (!heading) return
    heading.tabIndex = -1
    heading.focus()
  })
}
