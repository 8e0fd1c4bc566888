import { useStore } from '@nanostores/preact'
import { useEffect, useState } from 'preact/hooks'
import { messages } from '../../src/element/words/messages.ts'
import { params } from '../../src/element/words/placeholders.ts'
import { addressOf } from '../shell/address.ts'
import { $keptUsers, keptUser } from '../shell/kept-credentials.ts'
import { hostOf } from '../shell/registry-name.tsx'
import { $signOuts, signOut } from '../shell/sign-out.ts'
import { worker } from '../shell/worker.ts'
import { $registries, forget, type RememberedRegistry, rename } from './remembered.ts'

const $texts = messages('registries/entry', {
  given: 'Set by this page',
  user: params('Signed in as {user}'),
  signOut: 'Sign out',
  signOutOf: params('Sign out of {host}'),
  name: params('Name of {host}'),
  rename: params('Rename {host}'),
  forget: params('Forget {host}'),
  save: 'Save',
})

/** @param isGiven True if `config.json` names it: then it cannot be forgotten. */
export function RegistryEntry({ entry, isGiven }: { readonly entry: RememberedRegistry; readonly isGiven: boolean }) {
  const texts = useStore($texts)
  const user = useUser(entry.address)
  const [isRenaming, setRenaming] = useState(false)
  const { address, name } = entry
  const host = hostOf(address)
  if (isRenaming)
    return (
      <form
        class="bar"
        onSubmit={(event) => {
          event.preventDefault()
          rename(address, String(new FormData(event.currentTarget).get('name')))
          setRenaming(false)
        }}
      >
        <input
          name="name"
          class="wide"
          aria-label={texts.name({ host })}
          defaultValue={name ?? ''}
          placeholder={host}
        />
        <button type="submit">{texts.save}</button>
      </form>
    )
  return (
    <div class="bar">
      <a href={addressOf({ registry: address })}>
        <bdi class="wrap">{name ?? host}</bdi>
      </a>
      {name && (
        <bdi class="wrap muted" title={address}>
          {host}
        </bdi>
      )}
      {user !== undefined && (
        <>
          <span class="muted wrap">{texts.user({ user })}</span>
          <button
            type="button"
            class="outline"
            aria-label={texts.signOutOf({ host })}
            onClick={() => void signOut(address)}
          >
            {texts.signOut}
          </button>
        </>
      )}
      {isGiven && <span class="badge">{texts.given}</span>}
      <span class="end">
        {$registries.get().some((one) => one.address === address) && (
          <button
            type="button"
            class="quiet"
            title={texts.rename({ host })}
            aria-label={texts.rename({ host })}
            onClick={() => setRenaming(true)}
          >
            ✎
          </button>
        )}
        {!isGiven && (
          <button
            type="button"
            class="quiet"
            title={texts.forget({ host })}
            aria-label={texts.forget({ host })}
            onClick={() => {
              forget(address)
              void signOut(address)
            }}
          >
            ×
          </button>
        )}
      </span>
    </div>
  )
}

/** The user of a registry: who has signed in, or whose password this browser remembers. */
function useUser(address: string): string | undefined {
  const kept = keptUser(useStore($keptUsers), address)
  const signOuts = useStore($signOuts)
  const [user, setUser] = useState<string>()
  useEffect(() => {
    let isLast = true
    const update = (name: string | undefined) => void (isLast && setUser(name))
    worker.registries.userOf(address).then(update, () => update(undefined))
    return () => {
      isLast = false
    }
  }, [address, signOuts])
  return user ?? kept
}
