import { useStore } from '@nanostores/preact'
import { useState } from 'preact/hooks'
import { type Fault, toFault } from '../../src/element/words/fault.ts'
import { messages, translate } from '../../src/element/words/messages.ts'
import { readImageName } from '../compare/second-image.ts'
import { goTo, type Place } from '../shell/address.ts'
import { $config } from '../shell/settings.ts'
import { worker } from '../shell/worker.ts'
import './registries.css'
import { RegistryEntry } from './registry-entry.tsx'
import { $registries, type RememberedRegistry } from './remembered.ts'

translate('registries', () => import('./ko.ts'))

const $texts = messages('registries/list', {
  title: 'Registries',
  address: 'Address of a registry',
  example: 'registry.example.com or localhost:5000',
  open: 'Open',
  invalid: 'This is not the address of a registry. Type a host, such as registry.example.com, or a URL.',
  none: 'This browser remembers the registries that you open, and lists them here.',
})

/** The registries that the page offers, and those that the user has opened. */
export default function RegistriesView() {
  const texts = useStore($texts)
  const remembered = useStore($registries)
  const given = useStore($config)?.registries ?? []
  const entryOf = (address: string) => remembered.find((one) => one.address === address)
  const entries: readonly RememberedRegistry[] = [
    ...given.map((address) => ({ address, repositories: [], ...entryOf(address) })),
    ...remembered.filter(({ address }) => !given.includes(address)),
  ]
  return (
    <section aria-labelledby="registries-title">
      <h1 id="registries-title">{texts.title}</h1>
      <OpenForm />
      {entries.length === 0 && <p class="muted">{texts.none}</p>}
      <ul class="registries">
        {entries.map((entry) => (
          <li key={entry.address}>
            <RegistryEntry entry={entry} isGiven={given.includes(entry.address)} />
          </li>
        ))}
      </ul>
    </section>
  )
}

/** Opens a registry by its address. */
function OpenForm() {
  const texts = useStore($texts)
  const [address, setAddress] = useState('')
  const [fault, setFault] = useState<Fault>()

  async function open() {
    const wanted = address.trim()
    try {
      const image = await readImageAddress(wanted)
      if (!image) await worker.registries.check(wanted)
      goTo(image ?? { registry: wanted })
    } catch (error) {
      setFault(toFault(error))
    }
  }

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void open()
      }}
    >
      <label for="registry-address">{texts.address}</label>
      <div class="bar">
        <input
          id="registry-address"
          class="wide"
          required
          autocapitalize="off"
          autocomplete="url"
          inputMode="url"
          spellcheck={false}
          placeholder={texts.example}
          aria-invalid={fault ? true : undefined}
          aria-describedby="registry-fault"
          value={address}
          onInput={({ currentTarget }) => {
            setAddress(currentTarget.value)
            setFault(undefined)
          }}
        />
        <button type="submit">{texts.open}</button>
      </div>
      <p id="registry-fault" role="alert">
        {fault && texts.invalid}
      </p>
    </form>
  )
}

/** Reads an image as `docker pull` names it: `registry.example.com/team/app:v1`. It has a tag or a digest. */
async function readImageAddress(text: string): Promise<Place | undefined> {
  const start = text.indexOf('://') < 0 ? 0 : text.indexOf('://') + 3
  const slash = text.indexOf('/', start)
  const [registry, name] = [text.slice(0, slash), text.slice(slash + 1)]
  const image = slash < 0 || !/[:@]/.test(name) ? undefined : readImageName(name, '')
  if (!image?.repository || !image.reference) return undefined
  return worker.registries.check(registry).then(
    () => ({ registry, ...image }),
    () => undefined,
  )
}
