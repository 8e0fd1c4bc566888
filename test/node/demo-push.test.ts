import { beforeEach, describe, expect, inject, it } from 'vitest'
import { freePort } from '../../scripts/find/port.js'
import { getManifest, listRepositories, listTags } from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import {
  alert,
  blobs,
  button,
  chooseFile,
  destination,
  holdUploads,
  layersOf,
  openDemo,
  page,
  registry,
  shows,
  status,
  useDemoPage,
} from '../support/demo-page.ts'

useDemoPage()

describe('the demo page with several names of an image', () => {
  const names = ['team/hello:v1', 'localhost:5000/team/hello:latest', 'team/other:v1']

  const allNames = () => page.getByRole('checkbox', { name: 'By all its names' })

  beforeEach(async () => {
    await chooseFile('three.tar', await createTestArchive({ images: [{ names }] }))
    await allNames().waitFor()
  })

  it('sets all names', async () => {
    expect(await page.getByRole('textbox', { name: 'Repository' }).isVisible()).toBe(false)
    await button('Push').click()

    await shows(status(), 'Pushed team/hello:v1, team/hello:latest, team/other:v1.')
    const result = page.getByRole('region', { name: 'In the registry' })
    for (const name of ['team/hello:v1', 'team/hello:latest', 'team/other:v1']) {
      await shows(result, `docker pull ${new URL(registry.url).host}/${name}`)
    }
    expect([...(await listTags(registry.url, 'team/hello'))].sort()).toEqual(['latest', 'v1'])
    expect(await listTags(registry.url, 'team/other')).toEqual(['v1'])
  })

  it('sets one other name when the user chooses so', async () => {
    await page.getByRole('textbox', { name: 'Registry' }).fill(registry.url)
    await allNames().uncheck()
    expect(await destination()).toMatchObject({ repository: 'team/hello', tag: 'v1' })
    await page.getByRole('textbox', { name: 'Tag' }).fill('v7')
    await button('Push').click()

    await shows(status(), 'Pushed team/hello:v7.')
    expect(await listRepositories(registry.url)).toEqual(['team/hello'])
    expect(await listTags(registry.url, 'team/hello')).toEqual(['v7'])
  })

  it('sets all names after the user left the field for one name empty', async () => {
    await allNames().uncheck()
    await page.getByRole('textbox', { name: 'Tag' }).fill('')
    await allNames().check()
    await button('Push').click()

    await shows(status(), 'Pushed team/hello:v1, ')
  })
})

describe('the demo page during a push', () => {
  it('ends with the digest and the pull command when the registry has the tag', async () => {
    await chooseFile('hello.tar', await createTestArchive())
    await page.getByRole('textbox', { name: 'Tag' }).fill('v2')
    await button('Push').click()

    await shows(status(), 'Pushed team/hello:v2.')
    const { digest } = await getManifest(registry.url, 'team/hello', 'v2')
    const result = page.getByRole('region', { name: 'In the registry' })
    await shows(result, digest)
    await shows(result, `docker pull ${new URL(registry.url).host}/team/hello:v2`)
    await shows(blobs(), 'Layer 2')
    await shows(blobs(), 'uploaded, ')
    expect(await listTags(registry.url, 'team/hello')).toEqual(['v2'])
  })

  it('says which blobs are already there when it pushes a second time', async () => {
    await chooseFile('hello.tar', await createTestArchive())
    await button('Push').click()
    await shows(status(), 'Pushed')
    await button('Push').click()

    await shows(blobs(), 'already there, 10.2 kB')
    await shows(status(), 'Pushed')
  })

  it.each(['the embedded registry', 'a real registry'])('counts no request to %s as failed', async (name) => {
    const url = name === 'a real registry' ? inject('registryUrl') : registry.url
    const repository = `demo/${Date.now().toString(36)}`
    const [methods, failed] = [new Set<string>(), [] as string[]]
    page.on('requestfinished', (request) => methods.add(request.method()))
    page.on('requestfailed', (request) => failed.push(`${request.method()} ${request.url()}`))
    await openDemo(url)
    await chooseFile('hello.tar', await createTestArchive({ images: [{ layers: [{ big: 'a'.repeat(6 * 2 ** 20) }] }] }))
    for (const tag of ['v1', 'v2']) {
      await page.getByRole('textbox', { name: 'Repository' }).fill(repository)
      await page.getByRole('textbox', { name: 'Tag' }).fill(tag)
      await button('Push').click()
      await shows(status(), `Pushed ${repository}:${tag}.`)
    }
    expect([...methods]).toEqual(expect.arrayContaining(['GET', 'HEAD', 'POST', 'PATCH', 'PUT']))
    expect(failed).toEqual([])
  })

  it('moves the focus to the button at the end when the user pressed Enter in a field', async () => {
    await chooseFile('hello.tar', await createTestArchive())
    await page.getByRole('textbox', { name: 'Tag' }).press('Enter')
    await shows(status(), 'Pushed')

    expect(await button('Push').evaluate((element) => element === document.activeElement)).toBe(true)
  })

  it('shows an alert when the registry does not answer', async () => {
    const url = `http://127.0.0.1:${await freePort()}`
    await openDemo(url)
    await chooseFile('hello.tar', await createTestArchive())
    await button('Push').click()

    await shows(alert(), 'The registry does not answer')
    await shows(alert(), `Cannot reach the registry: no answer from ${url}/v2/`)
    await button('Push').waitFor()
  })

  it('marks the fields and sends nothing when the names and the address are not valid', async () => {
    await chooseFile('hello.tar', await createTestArchive())
    const wrong: readonly [string, string, string][] = [
      ['Registry', 'not a registry', 'Type a host or an address'],
      ['Repository', 'Team/Hello', 'Use small letters'],
      ['Repository', 'localhost:5000/team/hello', 'Use small letters'],
      ['Repository', 'team/hello:v1', 'Use small letters'],
      ['Tag', '-v1', 'Use letters, digits'],
    ]
    for (const [name, text, fault] of wrong) {
      const field = page.getByRole('textbox', { name })
      const before = await field.inputValue()
      await field.fill(text)
      await button('Push').click()

      await shows(page.locator('form .fault'), fault)
      expect(await field.getAttribute('aria-invalid')).toBe('true')
      expect(await field.evaluate((element) => element === document.activeElement)).toBe(true)
      expect(await page.locator('[aria-invalid=true]').count()).toBe(1)
      await field.fill(before)
    }
    expect(registry.requests).toEqual([])

    await button('Push').click()
    await shows(status(), 'Pushed')
    expect(await page.locator('[aria-invalid=true]').count()).toBe(0)
  })

  it('accepts a host alone, and spaces at the ends of fields', async () => {
    await chooseFile('hello.tar', await createTestArchive())
    await page.getByRole('textbox', { name: 'Registry' }).fill(` ${new URL(registry.url).host} `)
    await page.getByRole('textbox', { name: 'Repository' }).fill(' team/spaces ')
    await page.getByRole('textbox', { name: 'Tag' }).fill('v1\t')
    await button('Push').click()

    await shows(status(), 'Pushed team/spaces:v1.')
    expect(await page.title()).toBe('Pushed team/spaces:v1 – Push an image')
    expect(await listTags(registry.url, 'team/spaces')).toEqual(['v1'])
  })

  it.each([
    [403, 'You may not push to this place'],
    [429, 'The registry is busy'],
    [500, 'The registry has a problem'],
  ])('explains in plain words what it means when the registry answers %i', async (status, title) => {
    await page.route('**/v2/**', (route) => {
      const headers = { 'access-control-allow-origin': '*', 'retry-after': '0' }
      return route.fulfill({ status, headers, json: { errors: [{ code: 'DENIED', message: 'for a reason' }] } })
    })
    await chooseFile('hello.tar', await createTestArchive())
    await button('Push').click()

    await shows(alert(), title)
    await shows(alert(), 'for a reason')
  })

  it('sends nothing while it is paused', async () => {
    let release = () => {}
    const isUploading = new Promise<void>((resolve) => {
      void page.route('**/blobs/uploads/**', async (route) => {
        if (['PATCH', 'PUT'].includes(route.request().method())) {
          resolve()
          await new Promise<void>((go) => {
            const before = release
            release = () => [before(), go()]
          })
        }
        await route.continue()
      })
    })
    await chooseFile('hello.tar', await createTestArchive({ images: [{ layers: layersOf(6) }] }))
    await button('Push').click()
    await isUploading
    await button('Pause').click()
    await shows(status(), 'Paused.')
    await shows(page.getByRole('region', { name: 'team/hello:v1' }), ', paused')
    release()
    await page.unrouteAll({ behavior: 'wait' })
    // What was under way has ended: four blobs at most, out of seven.
    await expect.poll(() => registry.openUploads).toBe(0)
    const before = registry.requests.length
    await page.waitForTimeout(300)
    expect(registry.requests).toHaveLength(before)
    expect(registry.requests.some(({ method, url }) => method === 'PUT' && url.includes('/manifests/'))).toBe(false)

    await button('Resume').click()
    await shows(status(), 'Pushed team/hello:v1.')
    expect(registry.requests.length).toBeGreaterThan(before)
  })

  it('ends when the user cancels in a pause', async () => {
    const isUploading = holdUploads()
    await chooseFile('hello.tar', await createTestArchive())
    await button('Push').click()
    await isUploading
    await button('Pause').click()
    await button('Cancel').click()

    await shows(status(), 'Cancelled.')
    expect(await button('Pause').isVisible()).toBe(false)
    expect(await listRepositories(registry.url)).toEqual([])
  })

  it('says so at once, leaves no upload open and can push again when the user cancels', async () => {
    const isUploading = holdUploads()
    await chooseFile('hello.tar', await createTestArchive())
    await button('Push').click()
    await isUploading
    await shows(blobs(), 'uploading, ')
    expect(registry.openUploads).toBeGreaterThan(0)
    const second = { timeout: 1000 }
    await button('Cancel').click(second)

    // The SDK gives the held requests a few seconds to end.
    await status().filter({ hasText: 'Cancelling…' }).waitFor(second)
    await blobs().filter({ hasText: 'stopped, ' }).waitFor(second)
    expect(await page.locator('#total-text').textContent()).not.toMatch(/left|second/)
    expect([await button('Pause').isDisabled(), await button('Cancel').isDisabled()]).toEqual([true, true])
    await shows(status(), 'Cancelled.')
    expect(await page.title()).toBe('Cancelled – Push an image')
    expect(registry.openUploads).toBe(0)
    expect(await listRepositories(registry.url)).toEqual([])
    expect(await alert().textContent()).toBe('')

    await page.unrouteAll({ behavior: 'ignoreErrors' })
    await button('Push').click()
    await shows(status(), 'Pushed team/hello:v1.')
  })
})
