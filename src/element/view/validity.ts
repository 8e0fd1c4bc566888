import { parseRegistryAddress, parseRepositoryTag, ValidationError } from '../../index.ts'
import type { ImageChoice } from '../queue/choices.ts'

/** The fault of a field. */
export type FieldFault = 'registry' | 'repository' | 'tag' | 'clash'

/** Finds what is wrong with the address of a registry, as it was typed. */
export function registryFault(address: string): FieldFault | undefined {
  return isInvalid(() => parseRegistryAddress(address.trim())) ? 'registry' : undefined
}

/** Finds what is wrong with a repository: it has no registry and no tag. */
export function repositoryFault(repository: string): FieldFault | undefined {
  const text = repository.trim()
  const isWrong = text === '' || text.includes(':') || isInvalid(() => parseRepositoryTag(`localhost/${text}:v1`))
  return isWrong ? 'repository' : undefined
}

export function tagFault(tag: string): FieldFault | undefined {
  return isInvalid(() => parseRepositoryTag(`localhost/a:${tag.trim()}`)) ? 'tag' : undefined
}

/** Finds the names that several images would have: `team/app:v1`. */
export function findClashes(choices: readonly ImageChoice[]): ReadonlySet<string> {
  const names = choices.filter(({ isIncluded }) => isIncluded).flatMap((choice) => [...new Set(namesOf(choice))])
  const known = new Set<string>()
  return new Set(names.filter((name) => known.size === known.add(name).size))
}

/** Tells whether the names of an image can be used, and are of this image alone. */
export function isUsable(choice: ImageChoice, clashes: ReadonlySet<string>): boolean {
  return (
    choice.destinations.every(
      ({ repository, tags }) =>
        repositoryFault(repository) === undefined && tags.every((tag) => tagFault(tag) === undefined),
    ) && !namesOf(choice).some((name) => clashes.has(name))
  )
}

/** The names of an image: `team/app:v1`. */
export function namesOf({ destinations }: Pick<ImageChoice, 'destinations'>): readonly string[] {
  return destinations.flatMap(({ repository, tags }) => tags.map((tag) => `${repository.trim()}:${tag.trim()}`))
}

function isInvalid(read: () => unknown): boolean {
  try {
    read()
    return false
  } catch (error) {
    if (error instanceof ValidationError) return true
    throw error
  }
}
