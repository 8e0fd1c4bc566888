import { describe, expect, it } from 'vitest'
import { $registries, forget, remember, rename } from '../../demo/registries/remembered.ts'
import { searchNames, splitByNamespace } from '../../demo/repositories/namespaces.ts'

describe('repositories by namespace', () => {
  it('are namespaces first, without levels that have one entry', () => {
    const names = ['zeta', 'team', 'team/b', 'team/a', 'one/alone', 'deep/er/x', 'deep/er/y/z', 'deep/er/y/w']
    expect(splitByNamespace(names)).toEqual([
      { kind: 'namespace', prefix: 'deep/er/', names: ['deep/er/x', 'deep/er/y/z', 'deep/er/y/w'] },
      { kind: 'namespace', prefix: 'team/', names: ['team/b', 'team/a'] },
      { kind: 'repository', name: 'one/alone' },
      { kind: 'repository', name: 'team' },
      { kind: 'repository', name: 'zeta' },
    ])
    expect(splitByNamespace(['deep/er/x', 'deep/er/y/z', 'deep/er/y/w'], 'deep/er/')).toEqual([
      { kind: 'namespace', prefix: 'deep/er/y/', names: ['deep/er/y/z', 'deep/er/y/w'] },
      { kind: 'repository', name: 'deep/er/x' },
    ])
  })

  it('are found by all words of a text, in any order', () => {
    expect(searchNames(['Team/App', 'team/web', 'other/app'], ' app TEAM ')).toEqual(['Team/App'])
  })
})

describe('the registries that were opened', () => {
  it('are remembered with their repositories, the last one first, renamed and forgotten', () => {
    remember('one:5000')
    remember('two:5000', 'team/app')
    remember('two:5000', 'team/web')
    remember('one:5000')
    rename('two:5000', ' Ours ')
    expect($registries.get()).toEqual([
      { address: 'one:5000', repositories: [] },
      { address: 'two:5000', repositories: ['team/web', 'team/app'], name: 'Ours' },
    ])
    forget('one:5000')
    rename('two:5000', '')
    expect($registries.get().map(({ name }) => name)).toEqual([undefined])
  })
})
