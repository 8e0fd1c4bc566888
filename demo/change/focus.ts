/** For `ref`: puts the focus on the element when it appears. */
export function focus(element: HTMLElement | null): void {
  element?.focus()
}
