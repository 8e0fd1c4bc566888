import { inject } from 'vitest'
import type { Consumer, StartedConsumer } from './consumer.ts'

/** Tells why a tool cannot be had here. Gives `undefined` if it can. */
export function absenceOf({ absence, programs = [] }: Consumer): string | undefined {
  return (
    absence?.() ?? programs.map((name) => inject('goPrograms')[name].absence).find((reason) => reason !== undefined)
  )
}

export function startConsumer({ programs = [], start }: Consumer): Promise<StartedConsumer> {
  return start(Object.fromEntries(programs.map((name) => [name, inject('goPrograms')[name].path ?? ''])))
}
