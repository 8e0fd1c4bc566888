import { useStore } from '@nanostores/preact'
import { useState } from 'preact/hooks'
import { messages } from '../../src/element/words/messages.ts'
import { params } from '../../src/element/words/placeholders.ts'
import type { RemovalRules } from '../worker/removal.ts'
import { RemovalDialog } from './removal-dialog.tsx'
import type { ActionDialogProps } from './selection.ts'

const $texts = messages('change/prune', {
  title: params('Clean up {repository}'),
  note: 'Deletes only images that every rule you fill in allows to delete. An image that is kept keeps all its tags. Nothing is deleted until you have seen the plan and confirmed it.',
  keepNewest: 'Newest images to keep',
  keepNewestHint: 'The number of images to keep.',
  by: 'Order images by',
  version: 'the version in the tag',
  date: 'the date of the image',
  olderThan: 'Only images older than (days)',
  tags: 'Only these tags',
  tagsHint: 'Names, or patterns such as pr-* and v1.?. If empty, all tags.',
  keep: 'Always keep these tags',
  dropsNames: 'Also delete tags of images that are kept',
  none: 'Fill in a rule to see what it deletes.',
  bad: 'Type whole numbers of at most 6 digits, such as 10, to see the plan.',
})

/** The texts of the form at the start. */
const EMPTY = { keepNewest: '10', by: 'version', olderThan: '', tags: '', keep: 'latest' } as const

/** Deletes images of a repository by rules, with a preview that follows the form. */
export default function PruneDialog({ registry, repository, onClose }: ActionDialogProps) {
  const texts = useStore($texts)
  const [form, setForm] = useState<Form>(EMPTY)
  const [dropsNames, setDropsNames] = useState(false)
  const field = (name: keyof typeof EMPTY) => ({
    value: form[name],
    onInput: ({ currentTarget: { value } }: { readonly currentTarget: { readonly value: string } }) =>
      setForm({ ...form, [name]: value }),
  })
  const read = readRules(form)
  const rules = read && { ...read, dropsNames }
  return (
    <RemovalDialog
      title={texts.title({ repository })}
      registry={registry}
      repository={repository}
      choice={rules}
      onClose={onClose}
    >
      <form onSubmit={(event) => event.preventDefault()}>
        <p class="muted">{texts.note}</p>
        <div class="pair">
          <label>
            {texts.keepNewest}
            <input inputmode="numeric" autofocus aria-invalid={isBad(form.keepNewest)} {...field('keepNewest')} />
            <small>{texts.keepNewestHint}</small>
          </label>
          <label>
            {texts.by}
            <select {...field('by')}>
              <option value="version">{texts.version}</option>
              <option value="date">{texts.date}</option>
            </select>
          </label>
          <label>
            {texts.olderThan}
            <input inputmode="numeric" aria-invalid={isBad(form.olderThan)} {...field('olderThan')} />
          </label>
          <label>
            {texts.tags}
            <input autocapitalize="off" spellcheck={false} {...field('tags')} />
            <small>{texts.tagsHint}</small>
          </label>
          <label>
            {texts.keep}
            <input autocapitalize="off" spellcheck={false} {...field('keep')} />
          </label>
        </div>
        <label>
          <input
            type="checkbox"
            checked={dropsNames}
            onChange={({ currentTarget }) => setDropsNames(currentTarget.checked)}
          />
          {texts.dropsNames}
        </label>
        {!rules && <p role="status">{hasBad(form) ? texts.bad : texts.none}</p>}
      </form>
    </RemovalDialog>
  )
}

type Form = Readonly<Record<keyof typeof EMPTY, string>>

/** Reads a whole number of at most 6 digits. */
const natural = (text: string) => (/^\d{1,6}$/.test(text.trim()) ? Number(text) : undefined)
/** Tells whether a text is not such a number. An empty text is not a rule. */
const isBad = (text: string) => text.trim() !== '' && natural(text) === undefined
/** A number that cannot be read may be one that keeps images: so the other rules do not apply alone. */
const hasBad = ({ keepNewest, olderThan }: Form) => isBad(keepNewest) || isBad(olderThan)

/** Reads the form. `undefined` if it has no rule that deletes an image, or a number cannot be read. */
function readRules(form: Form) {
  if (hasBad(form)) return undefined
  const { keepNewest, by, olderThan, tags, keep } = form
  const list = (text: string) => text.split(/[\s,]+/).filter((part) => part !== '')
  const [newest, days, chosen] = [natural(keepNewest), natural(olderThan), list(tags)]
  if (newest === undefined && days === undefined && chosen.length === 0) return undefined
  const rules: RemovalRules = {
    ...(newest !== undefined && { keepNewest: newest, by: by === 'date' ? 'date' : 'version' }),
    ...(days !== undefined && { olderThan: `${days}d` }),
    ...(chosen.length > 0 && { tags: chosen }),
    keep: list(keep),
  }
  return rules
}
