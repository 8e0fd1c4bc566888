import type { RefObject } from 'preact'
import { useEffect } from 'preact/hooks'

/** Moves the focus with the arrow keys: from the search field of a section to what is in its list, and through that. */
export function useArrowKeys(section: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const { current } = section
    const move = (event: KeyboardEvent) => moveFocus(event, current)
    current?.addEventListener('keydown', move)
    return () => current?.removeEventListener('keydown', move)
  }, [section])
}

function moveFocus(event: KeyboardEvent, section: HTMLElement | null): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (!step || !section || event.altKey || event.ctrlKey || event.metaKey) return
  const stops = [...section.querySelectorAll<HTMLElement>('input[type=search], .list a, .list summary')]
  const at = stops.indexOf(document.activeElement as HTMLElement)
  const next = stops[at + step]
  if (at < 0 || !next) return
  event.preventDefault()
  next.focus()
}
