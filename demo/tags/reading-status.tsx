import { useStore } from '@nanostores/preact'
import { useEffect, useState } from 'preact/hooks'
import { sumSizes } from 'registry-api-v2-client'
import { $formats } from '../../src/element/words/format.ts'
import { messages } from '../../src/element/words/messages.ts'
import { params } from '../../src/element/words/placeholders.ts'
import type { TagList } from './tag-list.ts'

const $texts = messages('tags/status', {
  tags: params('Tags: {count}'),
  total: params('{size} in total (shared layers are counted once)'),
  reading: params('Reading sizes and dates: {read} of {wanted} tags'),
  limited: params('The registry limits requests. The page continues in {time}.'),
  stopped: params('Stopped: sizes and dates of {read} of {wanted} tags'),
  slow: 'Waiting for the registry…',
  refresh: 'Refresh',
  stop: 'Stop',
  resume: 'Resume',
})

/** In milliseconds: a registry that sends nothing for this long may want fewer requests, or be busy. */
const SLOW = 4000

/** How far the list is, and what can be done with that. */
export function ReadingStatus({ list }: { readonly list: TagList }) {
  const texts = useStore($texts)
  const formats = useStore($formats)
  const { phase, tags, about, rows, wanted, unread, resumesAt } = useStore(list.$state)
  const isBusy = phase === 'listing' || phase === 'reading'
  const isSlow = useStandstill(isBusy, rows)
  const now = useNow(phase === 'limited')
  const figures = { read: formats.number(wanted - unread), wanted: formats.number(wanted) }
  const words = {
    listing: '',
    reading: texts.reading(figures),
    limited: texts.limited({ time: formats.duration(Math.max(1, ((resumesAt ?? now) - now) / 1000)) }),
    stopped: texts.stopped(figures),
    failed: texts.stopped(figures),
    done: '',
  }[phase]
  const total = sumSizes(rows.values())
  return (
    <div class="bar">
      <p role="status" class="muted">
        {tags.length + about.length > 0 && texts.tags({ count: formats.number(tags.length) })}
        {total > 0 && <> · {texts.total({ size: formats.bytes(total) })}</>}
        {wanted > 0 && words && <> · {words}</>}
        {isSlow && <> · {texts.slow}</>}
      </p>
      {phase === 'reading' && <progress class="end" max={wanted} value={wanted - unread} aria-hidden="true" />}
      <span class={phase === 'reading' ? 'bar' : 'bar end'}>
        {(phase === 'stopped' || phase === 'limited') && unread > 0 && (
          <button type="button" class="outline" onClick={() => void list.resume()}>
            {texts.resume}
          </button>
        )}
        <button type="button" class="outline" onClick={() => (isBusy ? list.stop() : void list.load())}>
          {isBusy ? texts.stop : texts.refresh}
        </button>
      </span>
    </div>
  )
}

/** Tells whether nothing has changed for a while. */
function useStandstill(isBusy: boolean, sign: unknown): boolean {
  const [isSlow, setSlow] = useState(false)
  useEffect(() => {
    setSlow(false)
    if (!isBusy) return
    const timer = setTimeout(() => setSlow(true), SLOW)
    return () => clearTimeout(timer)
  }, [isBusy, sign])
  return isSlow
}

/** The time, each second while it is needed. */
function useNow(isNeeded: boolean): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    if (!isNeeded) return
    setNow(Date.now())
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [isNeeded])
  return now
}
