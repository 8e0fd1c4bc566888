/** A part of the list of repositories: a repository, or all whose names begin alike. */
export type Part =
  | { readonly kind: 'repository'; readonly name: string }
  /** `prefix` ends in a slash: `team/`. */
  | { readonly kind: 'namespace'; readonly prefix: string; readonly names: readonly string[] }

/**
 * Splits repositories below a namespace by the next part of their names. A namespace with one repository is not worth a
 * level, and neither is one that has nothing but another namespace.
 *
 * @param prefix The namespace: empty, or ending in a slash. All names begin with it.
 * @returns the parts by name, namespaces first
 */
export function splitByNamespace(names: readonly string[], prefix = ''): readonly Part[] {
  const below = new Map<string, string[]>()
  const parts: Part[] = []
  for (const name of names) {
    const end = name.indexOf('/', prefix.length)
    if (end < 0) parts.push({ kind: 'repository', name })
    else {
      const namespace = name.slice(0, end + 1)
      const members = below.get(namespace)
      if (members) members.push(name)
      else below.set(namespace, [name])
    }
  }
  for (const [namespace, members] of below) {
    const [only = ''] = members
    if (members.length === 1) parts.push({ kind: 'repository', name: only })
    else parts.push({ kind: 'namespace', prefix: commonNamespace(members, namespace), names: members })
  }
  return parts.sort(compareParts)
}

/** The longest namespace that all names are in. */
function commonNamespace(names: readonly string[], namespace: string): string {
  const [first = ''] = names
  const end = first.indexOf('/', namespace.length)
  const longer = first.slice(0, end + 1)
  return end >= 0 && names.every((name) => name.startsWith(longer)) ? commonNamespace(names, longer) : namespace
}

/** Namespaces come first, as folders do. */
function compareParts(one: Part, other: Part): number {
  if (one.kind !== other.kind) return one.kind === 'namespace' ? -1 : 1
  return nameOf(one) < nameOf(other) ? -1 : 1
}

function nameOf(part: Part): string {
  return part.kind === 'namespace' ? part.prefix : part.name
}

/** The repositories that a text is about: each of its words is in the name. */
export function searchNames(names: readonly string[], text: string): readonly string[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  return words.length === 0 ? names : names.filter((name) => words.every((word) => name.toLowerCase().includes(word)))
}
