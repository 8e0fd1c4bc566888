import { proxy } from 'comlink'
import { useEffect, useState } from 'preact/hooks'
import type { RegistryCheck } from 'registry-api-v2-client'
import type { Fault } from '../../src/element/words/fault.ts'
import { useWork } from '../shell/work.ts'
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
  const { isRunning, fault, run: work } = useWork(true)
  const [checks, setChecks] = useState<readonly RegistryCheck[]>([])
  function run(request: Omit<DiagnosisRequest, 'registry'>): void {
    void work(async (signal) => {
      setChecks([])
      const onCheck = proxy((check: RegistryCheck) => {
        if (!signal.aborted) setChecks((before) => [...before, check])
      })
      await worker.doctor.check({ registry, ...request }, onCheck, signal)
    })
  }
  useEffect(() => run({}), [registry])
  return { isRunning, checks, fault, run }
}
