import { proxy } from 'comlink'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { RegistryCheck } from 'registry-api-v2-client'
import { type Fault, isAbort, toFault } from '../../src/element/words/fault.ts'
import { worker } from '../shell/worker.ts'
import type { DiagnosisRequest } from '../worker/doctor.ts'

/** A diagnosis, as far as it is. */
export interface Diagnosis {
  readonly isRunning: boolean
  /** The checks that are made, in the order in which they came. */
  readonly checks: readonly RegistryCheck[]
  /** The reason why there is no diagnosis: the address is not valid. */
  readonly fault: Fault | undefined
  /** Begins again. What was under way is aborted. */
  run(request: Omit<DiagnosisRequest, 'registry'>): void
}

/** Diagnoses a registry when the view is shown, and when the user wants more. */
export function useDiagnosis(registry: string): Diagnosis {
  const [state, setState] = useState<Omit<Diagnosis, 'run'>>({ isRunning: true, checks: [], fault: undefined })
  const current = useRef<AbortController>(undefined)
  const run: Diagnosis['run'] = (request) => {
    current.current?.abort()
    const controller = new AbortController()
    const { signal } = controller
    current.current = controller
    const update = (change: (before: typeof state) => typeof state) => signal.aborted || setState(change)
    update(() => ({ isRunning: true, checks: [], fault: undefined }))
    const onCheck = (check: RegistryCheck) => update((before) => ({ ...before, checks: [...before.checks, check] }))
    worker.doctor.check({ registry, ...request }, proxy(onCheck), signal).then(
      () => update((before) => ({ ...before, isRunning: false })),
      (error) =>
        update((before) => ({ ...before, isRunning: false, fault: isAbort(error) ? undefined : toFault(error) })),
    )
  }
  useEffect(() => {
    run({})
    return () => current.current?.abort()
  }, [registry])
  return { ...state, run }
}
