import type { RegistryPushEvents } from './events.ts'
import type { Entry, EntryState } from './queue/entry.ts'
import type { Form } from './view/form.ts'

/** Tells the page what happens in a form, for as long as the form exists. */
export function tellEvents(form: Form, host: EventTarget): void {
  function tell<Name extends keyof RegistryPushEvents>(name: Name, detail: RegistryPushEvents[Name]['detail']): void {
    host.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }))
  }

  function follow({ $shown }: Entry): () => void {
    let before: EntryState = $shown.get().state
    return $shown.listen(({ state, file: { name }, archive, result, registry, fault, isElsewhere }) => {
      const isNew = state !== before
      const wasOpening = before === 'opening'
      before = state
      if (!isNew || isElsewhere) return
      if (wasOpening && state === 'ready' && archive) {
        tell('push-open', { name, images: archive.images.map(({ names, platforms }) => ({ names, platforms })) })
      }
      if (state === 'pushed' && result) {
        tell('push-done', { name, registry, images: result.tags.map((tag) => ({ ...tag, registry: result.url })) })
      }
      if ((state === 'failed' || state === 'needs-file') && fault) tell('push-error', { name, registry, fault })
    })
  }

  const followed = new Map<Entry, () => void>()
  form.queue.$entries.subscribe((entries) => {
    for (const [entry, stop] of followed) {
      if (entries.includes(entry)) continue
      stop()
      followed.delete(entry)
    }
    for (const entry of entries) if (!followed.has(entry)) followed.set(entry, follow(entry))
  })
  form.$summary.listen((summary) => tell('push-progress', summary))
}
