import { describe, expect, it } from 'vitest'
import { parseRepositoryTag, ValidationError } from '../../src/index.ts'

const DIGEST = `sha256:${'0'.repeat(64)}`

describe('parseRepositoryTag()', () => {
  it.each([
    ['nginx', { repository: 'nginx', tag: 'latest' }],
    ['nginx:alpine', { repository: 'nginx', tag: 'alpine' }],
    ['team/app:v1', { repository: 'team/app', tag: 'v1' }],
    ['a/b/c/d:1.0-rc_2', { repository: 'a/b/c/d', tag: '1.0-rc_2' }],
    ['localhost/app', { registry: 'localhost', repository: 'app', tag: 'latest' }],
    ['localhost:5000/app', { registry: 'localhost:5000', repository: 'app', tag: 'latest' }],
    ['localhost:5000/team/app:v1', { registry: 'localhost:5000', repository: 'team/app', tag: 'v1' }],
    ['registry.example.com/app', { registry: 'registry.example.com', repository: 'app', tag: 'latest' }],
    ['192.168.1.2:80/app:v1', { registry: '192.168.1.2:80', repository: 'app', tag: 'v1' }],
    ['[2001:db8::1]:5000/app:v1', { registry: '[2001:db8::1]:5000', repository: 'app', tag: 'v1' }],
    ['HOST/app:v1', { registry: 'HOST', repository: 'app', tag: 'v1' }],
    ['docker.io/library/nginx:alpine', { registry: 'docker.io', repository: 'nginx', tag: 'alpine' }],
    ['index.docker.io/library/nginx', { registry: 'docker.io', repository: 'nginx', tag: 'latest' }],
    ['docker.io/team/app:v1', { registry: 'docker.io', repository: 'team/app', tag: 'v1' }],
    ['quay.io/library/nginx', { registry: 'quay.io', repository: 'library/nginx', tag: 'latest' }],
    [
      'app:da39a3ee5e6b4b0d3255bfef95601890afd80709',
      { repository: 'app', tag: 'da39a3ee5e6b4b0d3255bfef95601890afd80709' },
    ],
    ['sha256:v1', { repository: 'sha256', tag: 'v1' }],
    ['a__b/c---d.e:v1', { repository: 'a__b/c---d.e', tag: 'v1' }],
  ])('reads %s', (text, parts) => {
    expect(parseRepositoryTag(text)).toEqual(parts)
  })

  it.each([
    '',
    ':v1',
    'app:',
    'App',
    'team/App:v1',
    'app:v1:v2',
    'app:.v1',
    `app:${'a'.repeat(129)}`,
    'a//b',
    '/app',
    'app/',
    'a..b',
    'a___b',
    '-a',
    'app v1',
    'localhost:port/app',
    'a/../b',
    `app@${DIGEST}`,
    DIGEST,
    '0'.repeat(64),
    `docker.io/library/${DIGEST}`,
    `sha512:${'0'.repeat(128)}`,
    '<none>:<none>',
    'a'.repeat(256),
  ])('refuses %j', (text) => {
    expect(() => parseRepositoryTag(text)).toThrow(ValidationError)
  })
})
