import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { freePort } from '../../scripts/find/port.js'
import { getDigest, openRegistry } from '../../src/node/index.ts'
import { HTPASSWD_USER, startDistribution } from '../support/distribution.ts'
import { launchChromium } from '../support/example-page.ts'
import { type FollowedPage, type FollowOptions, followPage } from '../support/start-page.ts'

// The pages of docs/start as a new user follows them: in an empty folder, word by word. README.md promises the first push
// in a minute.

const MINUTE = 60
const DIGEST = /sha256:[0-9a-f]{64}/

/** Follows a page, with the port of its registry replaced by a free one. */
async function follow(name: string, more: Pick<FollowOptions, 'env' | 'files'> = {}) {
  const port = await freePort()
  const replace = { 'client serve': `client serve --port ${port}`, 'localhost:15000': `localhost:${port}` }
  const page = await followPage(name, { replace, ...more })
  onTestFinished(page.close)
  return { page, host: `localhost:${port}` }
}

function expectInAMinute(name: string, { seconds, commands }: FollowedPage): void {
  process.stdout.write(`docs/start/${name}.md: first push after ${seconds.toFixed(1)} s, ${commands} lines typed\n`)
  expect(seconds).toBeLessThan(MINUTE)
}

describe('docs/start', () => {
  it.each(['node', 'deno', 'bun'])('%s.md leads to the first push in a minute', async (name) => {
    const { page, host } = await follow(name)
    expectInAMinute(name, page)
    expect(page.printed.trim().split('\n').at(-1)).toBe(await getDigest(host, 'team/app', 'v1'))
  })

  it('terminal.md leads to the first push in a minute', async () => {
    const { page, host } = await follow('terminal')
    expectInAMinute('terminal', page)
    const digest = await getDigest(host, 'team/app', 'v1')
    expect(page.printed).toContain(`${host}/team/app:v1@${digest}\n`)
    expect(page.printed.split('app:v1@').at(-1)).toContain('layer')
  })

  it('page.md leads to the first push in a minute', async () => {
    const { page, host } = await follow('page')
    const browser = await launchChromium()
    onTestFinished(() => browser.close())
    const tab = await browser.newPage()
    const [address = ''] = /http:\/\/localhost:\d+\/$/m.exec(page.printed) ?? []
    const opened = performance.now()
    await tab.goto(address)
    await tab.locator('input').setInputFiles(join(page.folder, 'app.tar'))
    await tab.getByText(DIGEST).waitFor()
    expectInAMinute('page', { ...page, seconds: page.seconds + (performance.now() - opened) / 1000 })
    expect(await tab.locator('pre').textContent()).toBe(await getDigest(host, 'team/app', 'v1'))
  })

  it('ci.md leads to the first push in a minute', async () => {
    const distribution = await startDistribution({ auth: { htpasswd: HTPASSWD_USER } })
    onTestFinished(distribution.stop)
    const { username, password } = HTPASSWD_USER
    const env = { REGISTRY: new URL(distribution.url).host, REGISTRY_USER: username, REGISTRY_PASSWORD: password }
    const files = { 'app.tar': readFileSync('test/archives/docker-29.8-graph-driver.tar') }
    const { page } = await follow('ci', { env, files })
    expectInAMinute('ci', page)
    const registry = openRegistry(distribution.url, { credentials: HTPASSWD_USER })
    expect(page.printed).toContain(`${env.REGISTRY}/team/app:v1@${await getDigest(registry, 'team/app', 'v1')}`)
  })
})
