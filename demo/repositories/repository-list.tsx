import { useStore } from '@nanostores/preact'
import { useState } from 'preact/hooks'
import { $formats } from '../../src/element/words/format.ts'
import { addressOf } from '../shell/address.ts'
import { MoreButton, useGrowing } from '../shell/growing.tsx'
import { type Part, splitByNamespace } from './namespaces.ts'

interface ListProps {
  readonly registry: string
  readonly names: readonly string[]
}

/** Repositories as a tree of namespaces. What is in a namespace is there once it is opened. */
export function RepositoryTree({ registry, names, prefix = '' }: ListProps & { readonly prefix?: string }) {
  const parts = splitByNamespace(names, prefix)
  const growing = useGrowing(parts.length, prefix)
  return (
    <>
      <ul class="repositories">
        {parts.slice(0, growing.shown).map((part) => (
          <li key={part.kind === 'namespace' ? part.prefix : part.name}>
            <TreePart registry={registry} part={part} prefix={prefix} />
          </li>
        ))}
      </ul>
      <MoreButton {...growing} />
    </>
  )
}

function TreePart({ registry, part, prefix }: { registry: string; part: Part; prefix: string }) {
  const formats = useStore($formats)
  const [isOpen, setOpen] = useState(false)
  if (part.kind === 'repository') return <RepositoryLink registry={registry} name={part.name} prefix={prefix} />
  return (
    <details open={isOpen} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        <bdi class="wrap">{part.prefix.slice(prefix.length)}</bdi>{' '}
        <span class="badge">{formats.number(part.names.length)}</span>
      </summary>
      {isOpen && <RepositoryTree registry={registry} names={part.names} prefix={part.prefix} />}
    </details>
  )
}

/** Repositories one below the other, with their whole names. */
export function FlatList({ registry, names, listKey }: ListProps & { readonly listKey: string }) {
  const growing = useGrowing(names.length, listKey)
  return (
    <>
      <ul class="repositories">
        {names.slice(0, growing.shown).map((name) => (
          <li key={name}>
            <RepositoryLink registry={registry} name={name} prefix="" />
          </li>
        ))}
      </ul>
      <MoreButton {...growing} />
    </>
  )
}

function RepositoryLink({ registry, name, prefix }: { registry: string; name: string; prefix: string }) {
  return (
    <a href={addressOf({ registry, repository: name })} title={name}>
      <bdi class="wrap">{name.slice(prefix.length)}</bdi>
    </a>
  )
}
