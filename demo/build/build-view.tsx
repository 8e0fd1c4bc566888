import './build.css'
import '../change/change.css'
import { useStore } from '@nanostores/preact'
import { proxy } from 'comlink'
import { useEffect, useState } from 'preact/hooks'
import type { LayerProgress } from 'registry-api-v2-client'
import { $formats } from '../../src/element/words/format.ts'
import { messages, translate } from '../../src/element/words/messages.ts'
import { registryAtFault } from '../change/registry-at-fault.ts'
import { SettingsFields } from '../change/settings-fields.tsx'
import { editsBetween, findBadSetting, formOf, NO_SETTINGS } from '../change/settings-form.ts'
import { findBadTag, readTags } from '../change/tag-names.ts'
import { ProblemView } from '../shell/problem-view.tsx'
import { useWork } from '../shell/work.ts'
import { worker } from '../shell/worker.ts'
import type { BaseImage, BuildFile, BuiltImage } from '../worker/building.ts'
import { BaseSection } from './base-section.tsx'
import { type BuildForm, destinationOf, EMPTY_FORM, readOwner } from './build-form.ts'
import { BuiltView } from './built-view.tsx'
import { withoutNames } from './chosen-files.ts'
import { DestinationSection } from './destination-section.tsx'
import { FilesSection } from './files-section.tsx'
import { TargetSection } from './target-section.tsx'

translate('build', () => import('./ko.ts'))
translate('change', () => import('../change/ko.ts'))

const $texts = messages('build/view', {
  title: 'Build an image',
  intro:
    'Adds files to an image, or makes a new image from files. It does not need Docker. Nothing is sent until you have seen the image.',
  settings: 'Run settings: program, environment, labels',
  bad: 'The tags or the owner are not valid.',
  build: 'Build',
  building: 'Reading the files',
  changed: 'You changed the form after the build. Build again.',
  cancel: 'Cancel',
})

interface BuildViewProps {
  readonly registry: string | undefined
  /** The repository of the base. */
  readonly repository: string | undefined
  /** The tag or the digest of the base. */
  readonly reference: string | undefined
}

/** Builds an image of files, and pushes it. */
export default function BuildView({ registry = '', repository, reference }: BuildViewProps) {
  const texts = useStore($texts)
  const formats = useStore($formats)
  const [chosen, setChosen] = useState<readonly BuildFile[]>([])
  const [form, setForm] = useState<BuildForm>({
    ...EMPTY_FORM,
    registry,
    ...(repository && { repository, base: nameOf(repository, reference) }),
  })
  const [base, setBase] = useState<BaseImage>()
  const [progress, setProgress] = useState<LayerProgress>()
  const [built, setBuilt] = useState<BuiltImage>()
  const [isOutdated, setOutdated] = useState(false)
  const reading = useWork()
  const building = useWork()

  function dropBuilt(): void {
    setOutdated(isOutdated || built !== undefined)
    setBuilt(undefined)
  }

  /** Changes what the image is made of. */
  function change(part: Partial<BuildForm>): void {
    dropBuilt()
    setForm((before) => ({ ...before, ...part }))
  }

  /** Replaces the files that were chosen. */
  function choose(next: (before: readonly BuildFile[]) => readonly BuildFile[]): void {
    dropBuilt()
    setChosen(next)
  }

  /** Reads the base: its platforms, and the settings that the form begins with. */
  const readBase = (name: string) =>
    reading.run(async (signal) => {
      setBase(undefined)
      if (name.trim() === '') return
      const found = await worker.building.base(form.registry, name.trim(), signal)
      setBase(found)
      const [platform = form.platform] = found.settings.platforms
      change({ platform, settings: formOf(found.settings) })
    })
  useEffect(() => void (form.base && readBase(form.base)), [])
  useEffect(() => () => void (built && worker.building.forget(built.id)), [built])

  const files = withoutNames(chosen, form.without)
  const owner = readOwner(form.owner)
  const isValid = owner !== undefined && findBadTag(readTags(form.tags)) === undefined
  const isBaseReady = form.base.trim() === '' || base !== undefined
  const isReady = isValid && isBaseReady && files.length > 0 && findBadSetting(form.settings) === undefined

  const build = () =>
    building.run(async (signal) => {
      setProgress(undefined)
      setOutdated(false)
      const before = base ? formOf(base.settings) : NO_SETTINGS
      const request = {
        base: base?.place,
        files,
        at: form.at.trim() || '/',
        ...(owner ?? { uid: 0, gid: 0 }),
        executable: form.executable,
        created: form.date === 'build' ? new Date() : undefined,
        settings: editsBetween(before, form.settings),
        platform: form.platform.trim(),
      }
      setBuilt(await worker.building.build(request, proxy(setProgress), signal))
    })

  return (
    <section class="build" aria-labelledby="build-title">
      <h1 id="build-title">{texts.title}</h1>
      <p class="muted">{texts.intro}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (isReady) void build()
        }}
      >
        <FilesSection
          files={files}
          without={form.without}
          at={form.at}
          onAdd={(added) =>
            choose((before) => [...new Map([...before, ...added].map((one) => [one.path, one])).values()])
          }
          onClear={() => choose(() => [])}
          onWithout={(without) => change({ without })}
        />
        <BaseSection form={form} base={base} isReading={reading.isRunning} onChange={change} onBase={readBase} />
        <ProblemView
          fault={reading.fault}
          registry={registryAtFault(reading.fault, form.registry, form.base.trim().split('/')[0] ?? '')}
          onRetry={() => void readBase(form.base)}
        />
        <TargetSection form={form} onChange={change} />
        <details>
          <summary>{texts.settings}</summary>
          <SettingsFields form={form.settings} onChange={(settings) => change({ settings })} />
        </details>
        <DestinationSection form={form} onChange={(part) => setForm((before) => ({ ...before, ...part }))} />
        {!isValid && <p class="warning">{texts.bad}</p>}
        <div class="bar">
          <button type="submit" disabled={!isReady || building.isRunning}>
            {texts.build}
          </button>
          {building.isRunning && (
            <button type="button" class="quiet" onClick={building.cancel}>
              {texts.cancel}
            </button>
          )}
        </div>
      </form>
      <div role="status">
        {isOutdated && <p>{texts.changed}</p>}
        {building.isRunning && (
          <p>
            {texts.building} {progress && formats.bytes(progress.doneBytes)}
            <progress aria-label={texts.building} value={progress?.doneBytes} max={progress?.totalBytes || undefined} />
          </p>
        )}
      </div>
      <ProblemView fault={building.fault} registry={base?.place.registry} />
      {built && <BuiltView key={built.id} built={built} to={destinationOf(form)} isValid={isValid} />}
    </section>
  )
}

function nameOf(repository: string, reference: string | undefined): string {
  if (!reference) return repository
  return `${repository}${reference.includes(':') ? '@' : ':'}${reference}`
}
