import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../demo/shell/config.ts'
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
  it('has the policy of nginx', () => {
    const policies = ['page.conf', 'Caddyfile'].map((name) =>
      /Content-Security-Policy "([^"]+)"/.exec(readFileSync(`demo/hosting/${name}`, 'utf8')),
    )
    expect(policies[0]?.[1]).toContain('frame-ancestors')
    expect(policies[1]?.[1]).toBe(policies[0]?.[1])
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
    for (const name of sources) expect(allowed).toContain(`!${name.split('/')[0]}`)
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
