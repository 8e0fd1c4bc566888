import { useStore } from '@nanostores/preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { messages } from '../../src/element/words/messages.ts'

const $texts = messages('shell/growing', { more: 'Show more' })

/** How many items are added at once: few enough for one frame. */
const STEP = 50

/** The part of a long list that is shown. */
interface Growing {
  /** How many of the items are shown, from the first. */
  readonly shown: number
  readonly hasMore: boolean
  more(): void
}

/**
 * Shows a long list piece by piece, so that no list is too long for a frame.
 *
 * @param key Names the list and its order: another one begins with the first piece again.
 */
export function useGrowing(total: number, key: string): Growing {
  const [grown, setGrown] = useState({ key, limit: STEP })
  // A key that comes back begins with the first piece too: the whole list would be drawn at once.
  if (grown.key !== key) setGrown({ key, limit: STEP })
  const limit = grown.key === key ? grown.limit : STEP
  return {
    shown: Math.min(limit, total),
    hasMore: limit < total,
    more: () => setGrown({ key, limit: limit + STEP }),
  }
}

/** Stands at the end of a growing list. It adds the next piece by itself when the reader comes near. */
export function MoreButton({ shown, hasMore, more }: Growing) {
  const texts = useStore($texts)
  const button = useRef<HTMLButtonElement>(null)
  const act = useRef(more)
  act.current = more
  // An observer that is new tells at once whether the button is in view, also if the last piece left it there.
  useEffect(() => {
    if (!hasMore || !button.current) return
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) act.current()
      },
      { rootMargin: '600px' },
    )
    observer.observe(button.current)
    return () => observer.disconnect()
  }, [hasMore, shown])
  if (!hasMore) return null
  return (
    <button type="button" class="outline" ref={button} onClick={more}>
      {texts.more}
    </button>
  )
}
