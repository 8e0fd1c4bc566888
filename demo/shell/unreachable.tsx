import { useStore } from '@nanostores/preact'
import { atom } from 'nanostores'
import type { ComponentType } from 'preact'
import { Suspense } from 'preact/compat'
import type { Fault } from '../../src/element/words/fault.ts'
import { $place } from './address.ts'
import { $config } from './settings.ts'

/** Shows what keeps the page from a registry. A feature of the page sets it. */
export const $unreachableHelp = atom<ComponentType<{ readonly registry: string }> | undefined>()

interface UnreachableProps {
  readonly fault: Fault | undefined
  /** @default that of the place */
  readonly registry?: string | undefined
}

/** Help below an error which says that a registry cannot be reached. */
export function Unreachable({ fault, registry }: UnreachableProps) {
  const Help = useStore($unreachableHelp)
  const place = useStore($place)
  const config = useStore($config)
  const address = registry ?? place.registry ?? config?.registry
  if (fault?.name !== 'NetworkError' || address === undefined || !Help) return null
  return (
    <Suspense fallback={null}>
      <Help registry={address} />
    </Suspense>
  )
}
