import { describe, expect, it } from 'vitest'
import { parseReference, parseRepositoryTag, ValidationError } from '../../src/index.ts'

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
    ['registry.hub.docker.com/library/nginx', { registry: 'docker.io', repository: 'nginx', tag: 'latest' }],
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

const SHA512 = `sha512:${'f'.repeat(128)}`

describe('parseReference()', () => {
  it.each([
    ['nginx', { repository: 'nginx' }],
    ['nginx:alpine', { repository: 'nginx', tag: 'alpine' }],
    ['test.com:tag', { repository: 'test.com', tag: 'tag' }],
    ['test.com:5000', { repository: 'test.com', tag: '5000' }],
    ['foo/foo_bar.com:8080', { repository: 'foo/foo_bar.com', tag: '8080' }],
    ['lowercase:Uppercase', { repository: 'lowercase', tag: 'Uppercase' }],
    [`app@${DIGEST}`, { repository: 'app', digest: DIGEST }],
    [`team/app:v1@${DIGEST}`, { repository: 'team/app', tag: 'v1', digest: DIGEST }],
    [`test:5000/repo@${DIGEST}`, { registry: 'test:5000', repository: 'repo', digest: DIGEST }],
    [`localhost/a:v1@${DIGEST}`, { registry: 'localhost', repository: 'a', tag: 'v1', digest: DIGEST }],
    [
      `[2001:db8::1]:5000/a:v1@${DIGEST}`,
      { registry: '[2001:db8::1]:5000', repository: 'a', tag: 'v1', digest: DIGEST },
    ],
    ['[2001:db8::1]/repo:tag', { registry: '[2001:db8::1]', repository: 'repo', tag: 'tag' }],
    ['xn--n3h.com/myimage:xn--n3h.com', { registry: 'xn--n3h.com', repository: 'myimage', tag: 'xn--n3h.com' }],
    [`xn--7o8h.com/myimage@${SHA512}`, { registry: 'xn--7o8h.com', repository: 'myimage', digest: SHA512 }],
    [
      'b.gcr.io/test.example.com/my-app:t.c',
      { registry: 'b.gcr.io', repository: 'test.example.com/my-app', tag: 't.c' },
    ],
    ['Foo/bar', { registry: 'Foo', repository: 'bar' }],
    ['127.0.0.1:8000/a__b/c--d', { registry: '127.0.0.1:8000', repository: 'a__b/c--d' }],
    [`docker.io/library/nginx@${DIGEST}`, { registry: 'docker.io', repository: 'nginx', digest: DIGEST }],
    ['index.docker.io/team/app:v1', { registry: 'docker.io', repository: 'team/app', tag: 'v1' }],
    [`example.com/${'0'.repeat(64)}:v1`, { registry: 'example.com', repository: '0'.repeat(64), tag: 'v1' }],
  ])('splits %s', (text, parts) => {
    expect(parseReference(text)).toStrictEqual(parts)
  })

  it.each([
    '',
    ':justtag',
    'app:',
    `@${DIGEST}`,
    DIGEST,
    '0'.repeat(64),
    'repo@',
    `repo@${DIGEST}@${DIGEST}`,
    `repo@${DIGEST}:v1`,
    `repo:@${DIGEST}`,
    `repo@sha256:${'f'.repeat(34)}`,
    `repo@sha256:${'F'.repeat(64)}`,
    `validname@invaliddigest:${'f'.repeat(64)}`,
    `user:secret@registry.test/app@${DIGEST}`,
    'https://registry.test/app',
    'Uppercase:tag',
    'test:5000/Uppercase/lowercase:tag',
    `${'a/'.repeat(128)}a:tag`,
    'aa/asdf$$^/aa',
    '-foo/bar',
    '-foo.com/bar',
    'foo-.com/bar',
    '.foo.com/bar',
    'a//b',
    'a/',
    '/a',
    'docker.io/',
    '[fe80::1%eth0]:5000/repo',
    '[fe80::1%25eth0]/repo',
    '[2001:db8:3:4::192.0.2.33]:5000/debian',
    '2001:db8::1/repo',
    '1a3f5e7d9c1b3a5f7e9d1c3b5a7f9e1d3c5b7a9f1e3d5d7c9b1a3f5e7d9c1b3a',
    `repo:${'t'.repeat(129)}`,
    'repo:v1 ',
    ' repo',
    'repo\n',
  ])('throws for %j', (text) => {
    expect(() => parseReference(text)).toThrow(ValidationError)
  })

  it.each([undefined, null, 1, {}])('throws for %j, which is not a text', (value) => {
    expect(() => parseReference(value as unknown as string)).toThrow(ValidationError)
  })
})
