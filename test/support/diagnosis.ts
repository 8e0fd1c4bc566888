import type { CheckName, DiagnoseOptions, RegistryCheck, RegistryInput } from '../../src/index.ts'
import { diagnoseRegistry } from '../../src/index.ts'

/** A page that is not on the registry's origin. */
export const PAGE = 'http://page.localhost:3000'

/** The checks of a diagnosis by their names. */
export type Diagnosis = Readonly<Record<CheckName, RegistryCheck>>

/** Diagnoses a registry. */
export async function diagnose(registry: RegistryInput, options: DiagnoseOptions = {}): Promise<Diagnosis> {
  const checks = await diagnoseRegistry(registry, options)
  return Object.fromEntries(checks.map((check) => [check.check, check])) as Diagnosis
}

/** The checks that found something, as `check CODE`, with "?" after a warning. */
export function faultsOf(diagnosis: Diagnosis): readonly string[] {
  return Object.values(diagnosis)
    .filter(({ state }) => state === 'failed' || state === 'warning')
    .map(({ check, code, state }) => `${check} ${code}${state === 'warning' ? '?' : ''}`)
}

/** The checks that passed. */
export function passedOf(diagnosis: Diagnosis): readonly string[] {
  return Object.values(diagnosis).flatMap(({ check, state }) => (state === 'passed' ? check : []))
}
