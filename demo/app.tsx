import { useStore } from '@nanostores/preact'
import { lazy, Suspense } from 'preact/compat'
import { translate } from '../src/element/words/messages.ts'
import { PushView } from './push/push-view.tsx'
import { $place, type Place } from './shell/address.ts'
import { Header } from './shell/header.tsx'
import { followLanguage } from './shell/language.ts'
import { SignInDialog } from './shell/sign-in-dialog.tsx'
import { followTheme } from './shell/theme.ts'

followLanguage()
followTheme()
translate('shell', () => import('./shell/ko.ts'))

// The push form is there at once; a view is loaded when it is shown first.
const RepositoriesView = lazy(() => import('./repositories/repositories-view.tsx'))
const TagsView = lazy(() => import('./tags/tags-view.tsx'))

/** The whole page. */
export function App() {
  const place = useStore($place)
  return (
    <>
      <Header place={place} />
      <main>
        <Suspense fallback={<p aria-busy="true" />}>
          <View place={place} />
        </Suspense>
      </main>
      <SignInDialog />
    </>
  )
}

function View({ place }: { readonly place: Place }) {
  const { view, registry, repository } = place
  if (view === 'push') return <PushView registry={registry} />
  if (registry && repository)
    return <TagsView key={`${registry} ${repository}`} registry={registry} repository={repository} />
  if (registry) return <RepositoriesView key={registry} registry={registry} />
  return <PushView registry={registry} />
}
