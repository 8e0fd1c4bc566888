import { findElement } from './element.ts'

/** Where an image goes, as it was typed. */
export interface Destination {
  readonly registry: string
  readonly repository: string
  readonly tag: string
}

/** The fields that cannot be used as they are. */
export type Faults = ReadonlyArray<keyof Destination>

const TEXTS: Readonly<Destination> = {
  registry: 'Type a host or an address, as in registry.example.com or http://localhost:5000.',
  repository: 'Use small letters and digits, as in team/app, without the registry and the tag.',
  tag: 'Use letters, digits and _ . - as in v1.0, at most 128.',
}

const inputs: Readonly<Record<keyof Destination, HTMLInputElement>> = {
  registry: findElement('registry', HTMLInputElement),
  repository: findElement('repository', HTMLInputElement),
  tag: findElement('tag', HTMLInputElement),
}
const names = Object.keys(inputs) as ReadonlyArray<keyof Destination>

/** Reads the fields, without the spaces that copying leaves at the ends. */
export function readDestination(): Destination {
  const [registry = '', repository = '', tag = ''] = names.map((name) => inputs[name].value.trim())
  return { registry, repository, tag }
}

export function fillDestination(destination: Partial<Destination>): void {
  for (const name of names) {
    inputs[name].value = destination[name] ?? inputs[name].value
    mark(name, false)
  }
}

/** Says what is wrong with fields until they are changed, and gives the focus to the first of them. */
export function showFaults(faults: Faults): void {
  for (const name of faults) mark(name, true)
  const [first] = faults
  if (first) inputs[first].focus()
}

function mark(name: keyof Destination, isWrong: boolean): void {
  inputs[name].setAttribute('aria-invalid', String(isWrong))
  findElement(`${name}-fault`, HTMLElement).textContent = isWrong ? TEXTS[name] : ''
}

for (const name of names) inputs[name].addEventListener('input', () => mark(name, false))
