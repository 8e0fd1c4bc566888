/** Finds an element of the page. Its type is checked, so that a renamed ID fails here and not somewhere later. */
export function findElement<T extends Element>(id: string, type: new () => T): T {
  const found = document.getElementById(id)
  if (found instanceof type) return found
  throw new TypeError(`Cannot find a ${type.name} with the ID "${id}" in the page`)
}

/**
 * Makes an element. Whatever it shall show is text: what archives and registries say is never read as markup.
 *
 * @param properties Set on the element: `{ className: 'muted', title: digest }`.
 */
export function createElement<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Omit<Partial<HTMLElementTagNameMap[K]>, 'innerHTML' | 'outerHTML'>,
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = Object.assign(document.createElement(tag), properties)
  element.append(...children)
  return element
}
