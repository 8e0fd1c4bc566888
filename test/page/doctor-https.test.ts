import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { createAuthority } from '../support/certificates.ts'
import { openDemo, page, shows, useDemoPage } from '../support/demo-page.ts'
import { startTlsServer, type TlsServer } from '../support/tls-server.ts'

useDemoPage()

// A page on https, as on the internet: what its browser does not let it do.

const PAGE = 'https://page.example.com'

let untrusted: TlsServer
beforeAll(async () => {
  const { certificate, key } = await (await createAuthority()).issue({ name: 'server', hosts: ['localhost'] })
  untrusted = await startTlsServer({ cert: certificate, key })
})
afterAll(() => untrusted?.close())
afterEach(() => page.context().unrouteAll())

/** Opens the doctor on https: the browser takes the files of the page from where it is served. */
async function openSecure(registry: string): Promise<void> {
  await openDemo({ view: 'doctor', registry })
  const served = new URL(page.url())
  await page.context().route(`${PAGE}/**`, async (route) => {
    const { pathname, search } = new URL(route.request().url())
    await route.fulfill({ response: await page.request.fetch(`${served.origin}${pathname}${search}`) })
  })
  await page.goto(PAGE + served.pathname + served.search)
}

const item = (subject: string) => page.getByRole('listitem').filter({ hasText: subject })

it('the doctor finds mixed content', async () => {
  await openSecure('http://registry.example.com')
  await shows(item('Requests from this page'), 'This page is on https and the registry on http.')
})

it('the doctor names an untrusted certificate as one of the reasons', async () => {
  await openSecure(untrusted.url)
  await shows(item('Connection'), 'or your browser does not trust its certificate')
  const link = page.getByRole('link', { name: 'Open the registry in a tab' })
  expect(await link.getAttribute('href')).toBe(`${untrusted.url}/v2/`)
})
