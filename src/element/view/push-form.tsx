import { count } from '@nanostores/i18n'
import { useStore } from '@nanostores/preact'
import type { RefObject } from 'preact'
import { useEffect, useReducer, useRef, useState } from 'preact/hooks'
import type { Entry } from '../queue/entry.ts'
import { messages } from '../words/messages.ts'
import { DropZone } from './drop-zone.tsx'
import { hasFiles, readDropped } from './dropped.ts'
import { EntryView } from './entry-view.tsx'
import { Field } from './field.tsx'
import { canPush, type Form } from './form.ts'
import { movingTags } from './plan-view.tsx'
import type { ResultSettings } from './result-view.tsx'
import type { SignIn } from './sign-in.ts'
import { SignInDialog } from './sign-in-dialog.tsx'
import { SpeedLimit } from './speed-limit.tsx'
import { SummaryView } from './summary-view.tsx'
import { findClashes, registryFault } from './validity.ts'

const $texts = messages('element/push', {
  registry: 'Registry',
  archives: 'Archives',
  push: 'Push',
  clear: 'Remove finished archives from the list',
  lost: 'The browser cannot save this list. It is lost when you close or reload the page.',
  pushAndMove: count({ one: 'Push and move {count} tag', other: 'Push and move {count} tags' }),
})

interface PushFormProps {
  readonly form: Form
  readonly signIn: SignIn
  readonly settings: ResultSettings
}

/** The form of `<registry-push>`. */
export function PushForm({ form, signIn, settings }: PushFormProps) {
  const texts = useStore($texts)
  const entries = useStore(form.queue.$entries)
  const registry = useStore(form.$registry)
  const isChecked = useStore(form.$isChecked)
  const question = useStore(signIn.$question)
  const isLost = useStore(form.queue.$isLost)
  const isUnderWay = ['running', 'paused'].includes(useStore(form.$state))
  useChanges(entries)
  const startable = entries.filter(canPush).map(({ $shown }) => $shown.get())
  const clashes = findClashes(startable.flatMap(({ choices }) => choices))
  const moving = startable.flatMap(({ plan }) => (plan ? movingTags(plan) : [])).length
  const done = entries.filter(({ $shown }) => $shown.get().state === 'pushed').length
  const several = { hasOthers: entries.length > 1, hasUnpushed: done < entries.length }
  const element = useRef<HTMLFormElement>(null)
  const isTarget = useDrops(form, element)
  return (
    <>
      <form
        ref={element}
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          if (!form.push()) requestAnimationFrame(() => focusFault(element.current))
        }}
      >
        <DropZone isTarget={isTarget} isSmall={entries.length > 0} onChoose={form.add} />
        <SummaryView form={form} />
        {entries.length > 0 && (
          <Field
            label={texts.registry}
            value={registry}
            fault={registryFault(registry)}
            isChecked={isChecked}
            inputMode="url"
            onInput={form.setRegistry}
          />
        )}
        <ul class="entries" aria-label={texts.archives}>
          {entries.map((entry) => (
            <EntryView key={entry.id} {...{ entry, form, clashes, settings, ...several }} />
          ))}
        </ul>
        {isLost && entries.length > 0 && <p class="note">{texts.lost}</p>}
        {done > 0 && entries.length > 1 && (
          <button type="button" class="link" onClick={form.clear}>
            {texts.clear}
          </button>
        )}
        {startable.length > 0 && (
          <div class="row actions">
            {!isUnderWay && <SpeedLimit queue={form.queue} />}
            <button type="submit" class="push" part="button primary">
              {moving > 0 ? texts.pushAndMove(moving) : texts.push}
            </button>
          </div>
        )}
      </form>
      <SignInDialog question={question} />
    </>
  )
}

/** Gives the focus to the first field that is wrong. */
function focusFault(form: HTMLFormElement | null): void {
  form?.querySelector<HTMLInputElement>('[aria-invalid=true]')?.focus()
}

/** Renders again when one of the entries changes. */
function useChanges(entries: readonly Entry[]): void {
  const [, render] = useReducer((count: number) => count + 1, 0)
  useEffect(() => {
    const stops = entries.map(({ $shown }) => $shown.listen(() => render(undefined)))
    return () => {
      for (const stop of stops) stop()
    }
  }, [entries])
}

/**
 * Takes what is dropped anywhere on the page: a file that misses the form would replace the page. Drops that another
 * part of the page takes are left to it, and those on another element of this kind.
 */
function useDrops(form: Form, place: RefObject<HTMLElement | null>): boolean {
  const [isTarget, setTarget] = useState(false)
  useEffect(() => {
    const controller = new AbortController()
    const { signal } = controller
    const root = place.current?.getRootNode()
    const host = root instanceof ShadowRoot ? root.host : undefined
    const isOnOther = (event: DragEvent) =>
      host !== undefined &&
      event.composedPath().some((node) => node !== host && (node as Partial<Element>).localName === host.localName)
    const listen = (type: 'dragover' | 'dragleave' | 'drop', act: (event: DragEvent) => void) =>
      addEventListener(type, act, { signal })
    listen('dragover', (event) => {
      const isOurs = !event.defaultPrevented && hasFiles(event) && !isOnOther(event)
      setTarget(isOurs)
      if (isOurs) event.preventDefault()
    })
    listen('dragleave', ({ relatedTarget }) => {
      if (!relatedTarget) setTarget(false)
    })
    listen('drop', (event) => {
      setTarget(false)
      if (event.defaultPrevented || !hasFiles(event) || !event.dataTransfer || isOnOther(event)) return
      event.preventDefault()
      void readDropped(event.dataTransfer.items).then(form.add)
    })
    return () => controller.abort()
  }, [form, place])
  return isTarget
}
