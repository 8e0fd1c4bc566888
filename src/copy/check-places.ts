import { show, text } from '../check-options.ts'

// Options in the wrong argument of a copy would have no effect. Each check throws a TypeError for them.

const REPOSITORY = 'the name of a repository, such as "team/app"'

/** Checks the arguments of a copy of one image. */
export function checkImagePlaces(from: object, to: object, options: object): void {
  checkPlaces(from, to, '{ registry, repository, reference }')
  const { reference } = from as { readonly reference: string }
  if (reference === undefined)
    refuse('from', from, ['tag'], (tag) => `from.reference is missing; use reference: '${tag}'`)
  text('from.reference', reference, 'a tag or a digest')
  refuse('to', to, ['tag', 'reference'], useTags)
  refuse('options', options, ['tag', 'tags'], () => 'pass tags in the second argument, { registry, repository, tags }')
}

/** Checks the arguments of a copy of a repository. */
export function checkRepositoryPlaces(from: object, to: object, options: object): void {
  checkPlaces(from, to, '{ registry, repository }')
  const remedy = () => 'tags is an option, in the third argument; copyImage() copies one image'
  refuse('from', from, ['tags', 'tag', 'reference'], remedy)
  refuse('to', to, ['tags', 'tag', 'reference'], remedy)
  refuse('options', options, ['tag', 'reference'], useTags)
}

function checkPlaces(from: object, to: object, source: string): void {
  object('from', from, source)
  object('to', to, '{ registry, repository }')
  text('from.repository', (from as { readonly repository: string }).repository, REPOSITORY)
}

function object(name: string, place: object, wanted: string): void {
  if (Object.prototype.toString.call(place) === '[object Object]') return
  throw new TypeError(`Cannot use ${show(place)} as ${name}: pass an object, ${wanted}`)
}

/** Refuses members that have no effect. */
function refuse(name: string, place: object, members: readonly string[], remedyFor: (value: unknown) => string): void {
  for (const member of members) {
    const value = (place as Readonly<Record<string, unknown>>)[member]
    if (value !== undefined) throw new TypeError(`Cannot use ${name}.${member}: ${remedyFor(value)}`)
  }
}

function useTags(tag: unknown): string {
  return `use tags: ['${tag}']`
}
