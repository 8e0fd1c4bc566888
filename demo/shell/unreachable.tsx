import { useStore } from '@nanostores/preact'
import { atom } from 'nanostores'
import type { ComponentChildren, ComponentType } from 'preact'
import { Suspense } from 'preact/compat'
import type { Fault } from '../../src/element/words/fault.ts'
import { $place } from './address.ts'
import { $config } from './settings.ts'

/** The registry that the help is about, and the error. */
export interface UnreachableHelpProps {
  readonly registry: string
  /** Offers to try again. @default it is not offered */
  readonly onRetry?: (() => void) | undefined
  /** The error in words, for help that cannot be loaded. */
  readonly children?: ComponentChildren
}

/**
 * Shows what keeps the page from a registry. A feature of the page sets it. It is in an object: `useStore` would call a
 * component, and so load it at once.
 */
export const $unreachableHelp = atom<{ readonly Help: ComponentType<UnreachableHelpProps> } | undefined>()

/** The address of the registry that an error is about, if the error says that it cannot be reached. */
export function useUnreachable(fault: Fault | undefined, registry?: string): string | undefined {
  const hasHelp = useStore($unreachableHelp) !== undefined
  const place = useStore($place)
  const config = useStore($config)
  return hasHelp && fault?.name === 'NetworkError' ? (registry ?? place.registry ?? config?.registry) : undefined
}

interface UnreachableProps extends Pick<UnreachableHelpProps, 'onRetry' | 'children'> {
  readonly fault: Fault | undefined
  /** @default that of the place */
  readonly registry?: string | undefined
}

/** Help for an error which says that a registry cannot be reached. */
export function Unreachable({ fault, registry, onRetry, children }: UnreachableProps) {
  const help = useStore($unreachableHelp)
  const address = useUnreachable(fault, registry)
  if (address === undefined || !help) return null
  const { Help } = help
  return (
    <Suspense fallback={children}>
      <Help registry={address} onRetry={onRetry}>
        {children}
      </Help>
    </Suspense>
  )
}
