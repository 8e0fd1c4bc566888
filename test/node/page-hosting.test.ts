import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseConfig } from '../../demo/shell/config.ts'
import { listTags, pushDockerTar } from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { startPageCaddy } from '../support/caddy.ts'
import { type Distribution, startDistribution } from '../support/distribution.ts'
import { bringProgram } from '../support/peers.ts'

const DEFAULT = readFileSync('demo/hosting/default.conf', 'utf8')

describe('docker-compose.yml', () => {
  const compose = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    execFileSync(bringProgram('docker-compose'), args, { encoding: 'utf8', env: { ...process.env, ...env } })

  it('starts the page only when its profile is asked for', () => {
    const services = compose(['config']).split(/\n(?= {2}\w)/)
    const profiles = services.flatMap((text) => (text.includes('profiles:') ? [text.trim().split(':')[0]] : []))
    expect(profiles).toEqual(['page'])
    expect(compose(['config', '--profiles']).trim()).toBe('page')
  })

  it('opens the page to this machine, or to the address that is asked for', () => {
    expect(compose(['--profile', 'page', 'config'])).toContain('127.0.0.1:8080:8080')
    const opened = compose(['--profile', 'page', 'config'], { PAGE_ADDRESS: '0.0.0.0:80' })
    expect(opened).toContain('0.0.0.0:80:8080')
  })

  it('has the registry where nginx looks for it', () => {
    expect(DEFAULT).toContain('server registry:5000;')
    expect(compose(['config'])).toContain('REGISTRY_HTTP_ADDR: 0.0.0.0:5000')
  })
})

describe('the Caddyfile', () => {
  const folder = mkdtempSync(join(tmpdir(), 'page-'))
  let registry: Distribution
  let caddy: Awaited<ReturnType<typeof startPageCaddy>>

  beforeAll(async () => {
    mkdirSync(join(folder, 'assets'))
    writeFileSync(join(folder, 'index.html'), '<p>The page</p>')
    writeFileSync(join(folder, 'assets/index-abc123.js'), '// one line\n'.repeat(300))
    registry = await startDistribution()
    caddy = await startPageCaddy({ root: folder, upstream: registry.url })
  })
  afterAll(async () => {
    await caddy?.stop()
    await registry?.stop()
    rmSync(folder, { recursive: true })
  })

  it('has the policy of nginx, and what else protects the page', async () => {
    const policy = /Content-Security-Policy "([^"]+)"/.exec(readFileSync('demo/hosting/page.conf', 'utf8'))?.[1]
    const { headers } = await fetch(`${caddy.url}/`)
    expect(headers.get('content-security-policy')).toBe(policy)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
  })

  it('lets browsers keep what has a digest in its name, compressed, and nothing else', async () => {
    const cacheOf = async (path: string) => (await fetch(`${caddy.url}/${path}`)).headers.get('cache-control')
    expect(await cacheOf('')).toBe('no-cache')
    expect(await cacheOf('assets/index-abc123.js')).toBe('max-age=31536000')
    expect(await cacheOf('assets/gone-abc123.js')).toBe(null)
    const { headers } = await fetch(`${caddy.url}/assets/index-abc123.js`)
    expect(headers.get('content-encoding')).toBe('gzip')
  })

  it('lets a push through to the registry', async () => {
    await pushDockerTar(await createTestArchive(), caddy.url, 'team/hello', 'v1')
    expect(await listTags(registry.url, 'team/hello')).toEqual(['v1'])
  })
})

describe('the Dockerfile', () => {
  const dockerfile = readFileSync('demo/hosting/Dockerfile', 'utf8')
  const sources = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, names = '']) => names.split(' '))

  it('copies only what is there', () => {
    expect(sources).toContain('demo/hosting/page.conf')
    for (const name of sources) expect(existsSync(name), name).toBe(true)
  })

  it('gets all of it: .dockerignore holds nothing of it back', () => {
    const allowed = readFileSync('.dockerignore', 'utf8').split('\n')
    expect(allowed).toContain('*')
    const isAllowed = (name: string) =>
      allowed.some((line) => line === `!${name}` || name.startsWith(`${line.slice(1)}/`))
    for (const name of sources) expect(isAllowed(name), name).toBe(true)
  })
})

describe('config.json', () => {
  const schema = JSON.parse(readFileSync('docs/page-config.schema.json', 'utf8'))

  it('of the build has each key of the schema, and sets nothing', () => {
    const text = readFileSync('demo/public/config.json', 'utf8')
    expect(['$schema', ...Object.keys(JSON.parse(text))]).toEqual(Object.keys(schema.properties))
    expect(parseConfig(text, 'http://localhost')).toEqual({
      registries: [],
      readOnly: false,
      deletes: true,
      faults: [],
    })
  })

  it('of the document is read without a fault, and the table has each key', () => {
    const document = readFileSync('docs/page-setup.md', 'utf8')
    const example = /```json\n(.*?)```/s.exec(document)?.[1] ?? ''
    expect(Object.keys(JSON.parse(example)).length).toBe(6)
    expect(parseConfig(example, 'http://localhost')).toMatchObject({ language: 'en', faults: [] })
    for (const key of Object.keys(JSON.parse(example))) expect(document).toContain(`| \`${key}\` | `)
  })
})
