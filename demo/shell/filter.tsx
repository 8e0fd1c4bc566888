import { useStore } from '@nanostores/preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { $place, goTo, type Place } from './address.ts'

/** In milliseconds, after the last letter. Browsers limit how often an address changes. */
const QUIET = 250

/** The text of a filter. */
interface Filter {
  readonly text: string
  type(text: string): void
  /** Writes the text to the address at once: the user leaves the field. */
  keep(): void
}

/** The filter of a list. It is in the address, so that it is there on the way back. */
export function useFilter(): Filter {
  const { filter = '' } = useStore($place)
  const [text, setText] = useState(filter)
  const written = useRef(filter)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  useEffect(() => {
    // The address changes by a link, too.
    if (filter === written.current) return
    written.current = filter
    setText(filter)
  }, [filter])

  function write(text: string): void {
    clearTimeout(timer.current)
    if (text === written.current) return
    written.current = text
    changePlace({ filter: text })
  }

  return {
    text,
    type(text) {
      setText(text)
      clearTimeout(timer.current)
      timer.current = setTimeout(() => write(text), QUIET)
    },
    keep: () => write(text),
  }
}

/** The field in which the filter is typed. */
export function FilterField({
  label,
  filter: { text, type, keep },
}: {
  readonly label: string
  readonly filter: Filter
}) {
  return (
    <input
      type="search"
      class="wide"
      aria-label={label}
      placeholder={label}
      autocapitalize="off"
      autocomplete="off"
      spellcheck={false}
      value={text}
      onInput={({ currentTarget }) => type(currentTarget.value)}
      onBlur={keep}
    />
  )
}

/** Changes how a place is shown. The way back does not lead through such changes. */
export function changePlace(change: Pick<Place, 'filter' | 'order'>): void {
  goTo({ ...$place.get(), ...change }, { replace: true })
}
