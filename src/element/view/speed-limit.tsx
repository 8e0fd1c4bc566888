import { useStore } from '@nanostores/preact'
import type { Queue } from '../queue/queue.ts'
import { messages } from '../words/messages.ts'

const $texts = messages('element/limit', {
  label: 'Speed limit',
  none: 'No speed limit',
  rate: 'MB per second',
})

/** In bytes a second. */
const RATES = [250_000, 500_000, 1_000_000, 2_000_000, 5_000_000, 10_000_000, 25_000_000, 50_000_000]

/** Chooses how much of the line all pushes together may use. */
export function SpeedLimit({ queue }: { readonly queue: Queue }) {
  const texts = useStore($texts)
  const limit = useStore(queue.$maxBytesPerSecond)
  // An earlier version of the page may have stored a rate that is not in the list.
  const rates = limit === undefined || RATES.includes(limit) ? RATES : [...RATES, limit]
  return (
    <select
      class="limit"
      aria-label={texts.label}
      title={texts.label}
      value={limit ?? ''}
      onChange={({ currentTarget: { value } }) => queue.limit(value === '' ? undefined : Number(value))}
    >
      <option value="">{texts.none}</option>
      {rates.map((rate) => (
        <option value={rate} key={rate}>
          {rate / 1_000_000} {texts.rate}
        </option>
      ))}
    </select>
  )
}
