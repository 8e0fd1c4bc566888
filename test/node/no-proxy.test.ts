import { describe, expect, it } from 'vitest'
import { parseNoProxy } from '../../src/node/fetch/no-proxy.ts'

describe('parseNoProxy()', () => {
  // Each row is what golang.org/x/net/http/httpproxy makes of it.
  it.each([
    // This machine is exempt, whatever NO_PROXY says.
    ['', 'http://localhost:5000', true],
    ['', 'https://LOCALHOST', true],
    ['', 'http://127.0.0.1:5000', true],
    ['', 'http://127.8.9.10', true],
    ['', 'http://127.1', true],
    ['', 'http://[::1]:5000', true],
    ['', 'http://[::ffff:127.0.0.1]', true],
    ['', 'http://localhost.example', false],
    ['', 'http://my-localhost', false],
    ['', 'http://127.0.0.1.example', false],
    ['', 'http://128.0.0.1', false],
    ['', 'http://[::2]', false],
    ['', 'https://registry.example', false],
    // A star is every host, also in a list, but no part of a name.
    ['*', 'https://registry.example', true],
    ['a.example, *', 'http://10.0.0.1', true],
    ['*example', 'https://registry.example', false],
    // A domain stands for itself and its subdomains.
    ['registry.example', 'https://registry.example', true],
    ['registry.example', 'https://eu.registry.example', true],
    ['REGISTRY.Example', 'https://registry.example', true],
    ['registry.example', 'https://myregistry.example', false],
    ['registry.example', 'https://registry.example.com', false],
    // With a leading dot, or a star and a dot, for its subdomains alone.
    ['.example', 'https://registry.example', true],
    ['.registry.example', 'https://registry.example', false],
    ['*.registry.example', 'https://eu.registry.example', true],
    ['*.registry.example', 'https://registry.example', false],
    // A port has to be that of the URL; without one, it is the scheme's.
    ['registry.example:5000', 'https://registry.example:5000', true],
    ['registry.example:5000', 'https://registry.example', false],
    ['registry.example:443', 'https://registry.example', true],
    ['registry.example:80', 'http://registry.example', true],
    ['registry.example:443', 'http://registry.example', false],
    ['.example:5000', 'https://registry.example:5000', true],
    ['.example:5000', 'https://registry.example:5001', false],
    // Addresses.
    ['10.0.0.1', 'https://10.0.0.1:5000', true],
    ['10.0.0.1', 'https://10.0.0.10', false],
    ['10.0.0.1:5000', 'https://10.0.0.1:5000', true],
    ['10.0.0.1:5000', 'https://10.0.0.1', false],
    ['10.0.0.1', 'http://[::ffff:10.0.0.1]', true],
    ['fd00::1', 'https://[fd00::1]:5000', true],
    ['fd00:0:0::1', 'https://[fd00::1]', true],
    ['[fd00::1]', 'https://[fd00::1]', true],
    ['[fd00::1]:5000', 'https://[fd00::1]:5000', true],
    ['[fd00::1]:5000', 'https://[fd00::1]', false],
    ['fd00::1', 'https://[fd00::2]', false],
    // Blocks.
    ['10.0.0.0/8', 'https://10.1.2.3', true],
    ['10.0.0.0/8', 'https://11.0.0.1', false],
    ['10.96.0.0/12,192.168.0.0/16', 'http://192.168.7.7:5000', true],
    ['10.1.2.3/8', 'https://10.200.0.1', true],
    ['0.0.0.0/0', 'https://8.8.8.8', true],
    ['0.0.0.0/0', 'https://registry.example', false],
    ['fd00::/8', 'https://[fd12::1]', true],
    ['fd00::/8', 'https://[fe80::1]', false],
    // Spaces, and what stands for nothing.
    [' registry.example , 10.0.0.0/8 ', 'https://10.0.0.1', true],
    ['other.example registry.example', 'https://registry.example', true],
    [',,', 'https://registry.example', false],
    [':5000', 'https://registry.example:5000', false],
    ['.', 'https://registry.example', false],
    ['10.0.0.0/33', 'https://10.0.0.1', false],
    ['registry.example/8', 'https://registry.example', false],
    ['10.0.0.0/', 'https://10.0.0.1', false],
    ['https://registry.example', 'https://registry.example', false],
    ['10.0', 'https://10.0.0.1', false],
    // Names that are not ASCII.
    ['bücher.example', 'https://bücher.example', true],
    ['.bücher.example', 'https://eu.xn--bcher-kva.example', true],
  ])('of %j says of %s that it is exempt: %s', (text, url, isExempt) => {
    expect(parseNoProxy(text)(new URL(url))).toBe(isExempt)
  })
})
