import { describe, expect, it } from 'vitest'
import { parsePlace, readRegistryAddress } from '../../../src/cli/input/place.ts'
import { renamer } from '../../../src/cli/transfer/rename.ts'

describe('parsePlace()', () => {
  it.each([
    ['alpine', { registry: 'docker.io', repository: 'alpine' }],
    ['app:5000', { registry: 'docker.io', repository: 'app', tag: '5000' }],
    ['localhost/app', { registry: 'localhost', repository: 'app' }],
    ['registry:5000/team/app:v1', { registry: 'registry:5000', repository: 'team/app', tag: 'v1' }],
    ['http://registry/team/app:v1', { registry: 'http://registry', repository: 'team/app', tag: 'v1' }],
    ['https://host.test/app', { registry: 'https://host.test', repository: 'app' }],
  ])('parses %s', (text, place) => {
    expect(parsePlace(text)).toEqual(place)
  })

  it.each(['http://registry', 'https://', 'Team/App:', ''])('throws for "%s"', (text) => {
    expect(() => parsePlace(text)).toThrow(/as an image reference/)
  })
})

describe('readRegistryAddress()', () => {
  it.each([
    ['localhost:15000', 'localhost:15000'],
    ['registry.example.com', 'registry.example.com'],
    ['registry.example.com/', 'registry.example.com'],
    ['http://registry', 'http://registry'],
    ['registry:5000/', 'registry:5000'],
    ['[::1]:5000', '[::1]:5000'],
    ['app:5000', undefined],
    ['team/app', undefined],
    ['app', undefined],
  ])('reads %s as %s', (text, address) => {
    expect(readRegistryAddress(text)).toBe(address)
  })
})

describe('renamer()', () => {
  const rename = renamer([
    { from: 'old.test/team/app', to: 'new.test/app' },
    { from: 'old.test/', to: 'new.test/' },
  ])
  it.each([
    ['old.test/team/app:v1', 'new.test/app:v1'],
    ['old.test/team/application:v1', 'new.test/team/application:v1'],
    ['other.test/team/app:v1', 'other.test/team/app:v1'],
  ])('turns %s into %s', (name, renamed) => {
    expect(rename(name)).toBe(renamed)
  })
})
