import { useStore } from '@nanostores/preact'
import { proxy } from 'comlink'
import { useEffect, useRef } from 'preact/hooks'
import { $formats } from '../../src/element/words/format.ts'
import { messages, translate } from '../../src/element/words/messages.ts'
import { params } from '../../src/element/words/placeholders.ts'
import { $registries, forgetRepository, remember } from '../registries/remembered.ts'
import { addressOf, goTo } from '../shell/address.ts'
import { useArrowKeys } from '../shell/arrow-keys.ts'
import { FilterField, useFilter } from '../shell/filter.tsx'
import { ProblemView } from '../shell/problem-view.tsx'
import { $config } from '../shell/settings.ts'
import { $signOuts } from '../shell/sign-out.ts'
import { worker } from '../shell/worker.ts'
import { catalogueOf, isUnlisted } from './catalogue.ts'
import { searchNames } from './namespaces.ts'
import './repositories.css'
import { FlatList, RepositoryTree } from './repository-list.tsx'

translate('repositories', () => import('./ko.ts'))

const $texts = messages('repositories/list', {
  title: 'Repositories',
  search: 'Search, or type the name of a repository',
  open: 'Open',
  refresh: 'Refresh',
  stop: 'Stop',
  none: 'The registry has no repositories yet.',
  push: 'Push the first image',
  loading: params('{count} so far…'),
  total: params('Repositories: {count}'),
  found: params('Found: {count} of {total}'),
  noMatch: params('No repository name contains "{text}".'),
  openAnyway: params('Open "{text}" anyway'),
  unlisted: 'This registry does not list its repositories',
  unlistedAdvice: 'It has no such list, or you may not see it. Type the name of a repository to open it.',
  again: 'Try again',
  signedOut: 'You are not signed in',
  signedOutAdvice:
    'This registry shows its repositories to users who sign in. You can also type the name of a repository to open it.',
  signIn: 'Sign in',
  remembered: 'Opened before',
  forget: params('Forget {name}'),
})

/** The repositories of a registry. */
export default function RepositoriesView({ registry }: { readonly registry: string }) {
  const texts = useStore($texts)
  const formats = useStore($formats)
  const isReadOnly = useStore($config)?.readOnly ?? true
  const catalogue = catalogueOf(`${registry} ${useStore($signOuts)}`, (onPortion, signal) =>
    worker.repositories.list(registry, proxy(onPortion), signal),
  )
  const { names, isLoading, fault } = useStore(catalogue.$state)
  const filter = useFilter()
  const view = useRef<HTMLElement>(null)
  useArrowKeys(view)
  async function load(): Promise<void> {
    await catalogue.load()
    if (!catalogue.$state.get().fault) remember(registry)
  }
  useEffect(() => {
    void load()
    return () => catalogue.stop()
  }, [catalogue])

  const wanted = filter.text.trim()
  const found = searchNames(names, wanted)
  const isSignedOut = fault?.code === 'SIGN_IN_CANCELLED'
  const isHidden = isSignedOut || isUnlisted(fault)
  const isEmpty = !isLoading && !fault && names.length === 0

  function open() {
    const [only] = found
    const repository = found.length === 1 && only ? only : wanted
    filter.keep()
    if (repository) goTo({ registry, repository })
  }

  return (
    <section aria-labelledby="repositories-title" aria-busy={isLoading} ref={view}>
      <h1 id="repositories-title">{texts.title}</h1>
      <form
        class="bar"
        onSubmit={(event) => {
          event.preventDefault()
          open()
        }}
      >
        <FilterField label={texts.search} filter={filter} />
        <button type="submit" disabled={!wanted}>
          {texts.open}
        </button>
        <button type="button" class="outline" onClick={() => (isLoading ? catalogue.stop() : void load())}>
          {isLoading ? texts.stop : texts.refresh}
        </button>
      </form>
      <p role="status" class="muted">
        {isLoading && texts.loading({ count: formats.number(names.length) })}
        {!isLoading && !wanted && names.length > 0 && texts.total({ count: formats.number(names.length) })}
        {!isLoading &&
          wanted &&
          names.length > 0 &&
          texts.found({ count: formats.number(found.length), total: formats.number(names.length) })}
      </p>
      {isHidden && (
        <div class="notice">
          <p>
            <strong>{isSignedOut ? texts.signedOut : texts.unlisted}</strong>
          </p>
          <p>{isSignedOut ? texts.signedOutAdvice : texts.unlistedAdvice}</p>
          <button type="button" class={isSignedOut ? undefined : 'outline'} onClick={() => void load()}>
            {isSignedOut ? texts.signIn : texts.again}
          </button>
        </div>
      )}
      <ProblemView fault={isHidden ? undefined : fault} onRetry={() => void load()} />
      {isEmpty && (
        <p>
          {texts.none} {!isReadOnly && <a href={addressOf({ view: 'push', registry })}>{texts.push}</a>}
        </p>
      )}
      {wanted && names.length > 0 && found.length === 0 && (
        <p>
          {texts.noMatch({ text: wanted })}{' '}
          <a href={addressOf({ registry, repository: wanted })}>{texts.openAnyway({ text: wanted })}</a>
        </p>
      )}
      <div class="list">
        {wanted ? (
          <FlatList registry={registry} names={found} listKey={wanted} />
        ) : (
          <RepositoryTree registry={registry} names={names} />
        )}
      </div>
      {(isHidden || (fault && names.length === 0)) && <Remembered registry={registry} search={wanted} />}
    </section>
  )
}

/** The repositories that were opened before, for a registry that does not list its own. */
function Remembered({ registry, search }: { readonly registry: string; readonly search: string }) {
  const texts = useStore($texts)
  const entry = useStore($registries).find(({ address }) => address === registry)
  const names = searchNames(entry?.repositories ?? [], search)
  if (names.length === 0) return null
  return (
    <>
      <h2>{texts.remembered}</h2>
      <ul class="repositories">
        {names.map((name) => (
          <li key={name} class="bar">
            <a href={addressOf({ registry, repository: name })}>
              <bdi class="wrap">{name}</bdi>
            </a>
            <button
              type="button"
              class="quiet"
              aria-label={texts.forget({ name })}
              title={texts.forget({ name })}
              onClick={() => forgetRepository(registry, name)}
            >
              ×
            </button>
          </li>
        ))}
      </ul>
    </>
  )
}
