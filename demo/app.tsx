import { useStore } from '@nanostores/preact'
import { Suspense } from 'preact/compat'
import { useEffect } from 'preact/hooks'
import { translate } from '../src/element/words/messages.ts'
import { $undos } from './change/undos.ts'
import { $downloads } from './download/downloads.ts'
import { takeDrops } from './push/drops.ts'
import { PushView } from './push/push-view.tsx'
import { $place, type Place, type View } from './shell/address.ts'
import { Breadcrumbs } from './shell/breadcrumbs.tsx'
import { ConfigNotice } from './shell/config-notice.tsx'
import { Header } from './shell/header.tsx'
import { followLanguage } from './shell/language.ts'
import { lazyPart } from './shell/lazy-part.tsx'
import { PageTitle } from './shell/page-title.tsx'
import { ProblemView } from './shell/problem-view.tsx'
import { $config } from './shell/settings.ts'
import { SignInDialog } from './shell/sign-in-dialog.tsx'
import { followTheme } from './shell/theme.ts'
import { TrialNotice, TrialOffer } from './shell/trial-notice.tsx'
import { $unreachableHelp, type UnreachableHelpProps } from './shell/unreachable.tsx'
import { $workerFault } from './shell/worker.ts'

followLanguage()
followTheme()
translate('shell', () => import('./shell/ko.ts'))

// The push form is there at once; another view is loaded when it is shown first.
const CompareView = lazyPart(() => import('./compare/compare-view.tsx'))
const DoctorPanel = lazyPart(() => import('./doctor/doctor-panel.tsx').catch(() => ({ default: OnlyTheProblem })))
const DoctorView = lazyPart(() => import('./doctor/doctor-view.tsx'))
const BuildView = lazyPart(() => import('./build/build-view.tsx'))
const ImageView = lazyPart(() => import('./image/image-view.tsx'))
const UndoList = lazyPart(() => import('./change/undo-list.tsx'))
const DownloadList = lazyPart(() => import('./download/download-list.tsx'))
const RegistriesView = lazyPart(() => import('./registries/registries-view.tsx'))
const RepositoriesView = lazyPart(() => import('./repositories/repositories-view.tsx'))
const TagsView = lazyPart(() => import('./tags/tags-view.tsx'))

$unreachableHelp.set({ Help: DoctorPanel })

/** Without a network, the doctor may not load. */
function OnlyTheProblem({ children }: UnreachableHelpProps) {
  return <>{children}</>
}

/** The whole page. */
export function App() {
  const config = useStore($config)
  const asked = useStore($place)
  const workerFault = useStore($workerFault)
  const hasDownloads = useStore($downloads).length > 0
  const hasUndos = useStore($undos).length > 0
  const place = { ...asked, registry: asked.registry ?? config?.registry }
  const view = viewOf(place, config?.readOnly)
  const isReadOnly = config?.readOnly ?? true
  useEffect(() => (isReadOnly ? undefined : takeDrops(() => place.registry)), [isReadOnly, place.registry])
  return (
    <>
      <PageTitle place={place} title={config?.title} />
      <Header place={place} view={view} />
      <main>
        <ConfigNotice />
        {config && <TrialNotice registry={place.registry} />}
        {view === 'browse' && <Breadcrumbs place={place} />}
        <ProblemView fault={workerFault} />
        <Suspense fallback={<p aria-busy="true" />}>
          {config && !workerFault && <Shown place={place} view={view} />}
        </Suspense>
        {config && place.registry === undefined && <TrialOffer />}
        {(hasUndos || hasDownloads) && (
          <div class="tray">
            <Suspense fallback={null}>
              {hasUndos && <UndoList />}
              {hasDownloads && <DownloadList />}
            </Suspense>
          </div>
        )}
      </main>
      <SignInDialog />
    </>
  )
}

/**
 * Without a registry there is nothing to browse: the push form asks for one. A read-only page has no push form, and
 * offers registries.
 */
function viewOf({ view, registry }: Place, isReadOnly = false): View {
  const wanted = view ?? (registry ? 'browse' : 'push')
  if (!isReadOnly || wanted === 'registries' || wanted === 'doctor') return wanted
  if (!registry) return 'registries'
  return wanted === 'compare' ? wanted : 'browse'
}

/** The view of a place. A view starts again when its registry, repository or image changes. */
function Shown({ place, view }: { readonly place: Place; readonly view: View }) {
  const { registry, repository = '', reference = '', part } = place
  if (view === 'registries') return <RegistriesView />
  if (view === 'compare' && registry) {
    const names = { registry, repository, reference, part, second: place.with }
    return <CompareView {...names} />
  }
  if (view === 'doctor') return <DoctorView registry={registry} />
  if (view === 'build') {
    const key = `${registry} ${repository} ${reference}`
    return <BuildView key={key} registry={registry} repository={repository} reference={reference} />
  }
  if (view !== 'browse' || !registry) return <PushView registry={registry} />
  if (repository && reference) {
    const key = `${registry} ${repository} ${reference}`
    return <ImageView key={key} registry={registry} repository={repository} reference={reference} part={part} />
  }
  if (repository) return <TagsView key={`${registry} ${repository}`} registry={registry} repository={repository} />
  return <RepositoriesView key={registry} registry={registry} />
}
