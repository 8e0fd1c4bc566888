import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Locator, Page } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { freePort } from '../../scripts/find/port.js'
import { getImageInfo, getManifest, inspectDockerTar, listRepositories, listTags } from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { type ServedTestRegistry, serveTestRegistry } from '../../src/testing/node.ts'
import { type DemoBrowser, openDemoBrowser } from '../support/demo-browser.ts'
import { blobPath, createLayout, withName, withPlatform } from '../support/layout.ts'
import { gzip } from '../support/packing.ts'
import { multiPlatform, pulledPlatforms } from '../support/producers.ts'
import { withBasic } from '../support/protected-registry.ts'
import { serveForPages } from '../support/serve-for-pages.ts'

const TWO_IMAGES = {
  images: [
    { names: ['team/hello:v1', 'localhost:5000/team/hello:latest'] },
    { names: ['ghcr.io/acme/worker:2.0'], architecture: 'arm64', layers: [{ worker: 'works' }] },
  ],
}

let demo: DemoBrowser
let registry: ServedTestRegistry
let page: Page

beforeAll(async () => {
  demo = await openDemoBrowser()
})
afterAll(() => demo?.close())

beforeEach(async () => {
  registry = await serveTestRegistry()
  page = await demo.context.newPage()
  await openDemo(registry.url)
})
afterEach(async () => {
  await page.close()
  await registry.close()
})

describe('the demo page, given an archive', () => {
  it('shows name, platform, date and every layer with digest, size and build step', async () => {
    const archive = await createTestArchive()
    const { id, layers } = await inspectDockerTar(archive)
    await chooseFile('hello.tar', archive)

    const image = page.getByRole('region', { name: 'Image' })
    await shows(image, 'team/hello:v1')
    await shows(image, 'linux/amd64')
    await shows(image, 'Jan 1, 1970')
    await shows(image, short(id))
    await shows(image, '2 layers, 20.5 kB')
    // It has one platform only.
    expect(await page.getByLabel('Platforms').isVisible()).toBe(false)
    const items = await image.getByRole('listitem').allTextContents()
    expect(items).toEqual(layers.map(({ digest }, position) => `COPY layer-${position} /${short(digest)}10.2 kB`))
    expect(await destination()).toEqual({ registry: registry.url, repository: 'team/hello', tag: 'v1' })
    expect(registry.requests).toEqual([])
  })

  it('takes it from a drop too', async () => {
    const archive = await createTestArchive()
    const dataTransfer = await page.evaluateHandle((bytes) => {
      const transfer = new DataTransfer()
      transfer.items.add(new File([new Uint8Array(bytes)], 'dropped.tar'))
      return transfer
    }, Array.from(archive))
    await page.locator('#drop').dispatchEvent('drop', { dataTransfer })

    await shows(page.locator('main'), 'dropped.tar')
    await shows(page.getByRole('region', { name: 'Image' }), 'team/hello:v1')
  })

  it('says so if it takes only the first of several dropped files', async () => {
    const archive = Array.from(await createTestArchive())
    const dataTransfer = await page.evaluateHandle((bytes) => {
      const transfer = new DataTransfer()
      for (const name of ['a.tar', 'b.tar']) transfer.items.add(new File([new Uint8Array(bytes)], name))
      return transfer
    }, archive)
    await page.locator('#drop').dispatchEvent('drop', { dataTransfer })

    await shows(status(), '1 image found. Nothing is sent yet. Only the first of 2 dropped files was opened.')
  })

  it('takes the files of a dropped folder', async () => {
    const layout = createLayout()
    layout.list(withName(await layout.addImage(), 'team/folder:v1'))
    const folder = mkdtempSync(join(tmpdir(), 'dropped-'))
    for (const [path, data] of layout.files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), data)
    }
    await dropFromDesktop(folder)

    await shows(page.getByRole('region', { name: 'Image' }), 'team/folder:v1')
    await button('Push').click()
    await shows(status(), 'Pushed team/folder:v1.')
    rmSync(folder, { recursive: true })
  })

  it('unpacks one that is packed', async () => {
    await chooseFile('image.tar.gz', await gzip(await createTestArchive()))

    await shows(page.getByRole('region', { name: 'Image' }), 'team/hello:v1')
    await button('Push').click()
    await shows(status(), 'Pushed team/hello:v1.')
  })

  it('of which a platform is missing, says so and offers what can be pushed', async () => {
    const { layout, index, amd64, arm64 } = await multiPlatform()
    layout.files.delete(blobPath(arm64.digest))
    layout.list(withName(index, 'team/multi:v1'))
    await chooseFile('sparse.tar', layout.tar())

    const image = page.getByRole('region', { name: 'Image' })
    await shows(image, 'linux/amd64')
    await shows(image, 'Not in the archive')
    await shows(image, 'linux/arm64/v8')
    await shows(image, 'linux/amd64 alone, as "docker push" does')
    const platforms = page.getByRole('combobox', { name: 'Platforms' })
    expect(await platforms.locator('option').allTextContents()).toEqual([
      'Those in the archive (a new index)',
      'Only linux/amd64',
    ])
    expect(await platforms.inputValue()).toBe('linux/amd64')
    const note = page.locator('#platforms-note')
    await shows(
      note,
      "The archive lacks linux/arm64/v8 of this image. Only linux/amd64 is pushed, under the image's name.",
    )
    await platforms.selectOption('Those in the archive (a new index)')
    await shows(note, 'What is pushed lists linux/amd64 alone, and so has a digest of its own.')
    await platforms.selectOption('Only linux/amd64')
    expect(registry.requests).toEqual([])
    await button('Push').click()
    await shows(status(), 'Pushed team/multi:v1.')
    expect((await getManifest(registry.url, 'team/multi', 'v1')).digest).toBe(amd64.digest)
  })

  it('of which a part of an index in the index is missing, says so', async () => {
    const { layout, index, arm64, attestation } = await multiPlatform()
    for (const { digest } of [arm64, attestation]) layout.files.delete(blobPath(digest))
    layout.list(withName(await layout.addIndex([{ ...index }]), 'team/multi:v1'))
    await chooseFile('nested.tar', layout.tar())
    const note = page.locator('#platforms-note')
    await shows(note, 'The archive lacks linux/arm64/v8, 1 attestation of this image. Only linux/amd64 is pushed')
  })

  it('with several images, fills in the names of the chosen one and pushes that one', async () => {
    const archive = await createTestArchive(TWO_IMAGES)
    const { layers } = await inspectDockerTar(archive, { image: 1 })
    await chooseFile('two.tar', archive)
    await shows(page.getByRole('heading'), '2 images')
    await shows(page.locator('label'), 'By all its names: team/hello:v1, team/hello:latest')
    await page.getByRole('radio', { name: 'ghcr.io/acme/worker:2.0' }).check()
    expect(await destination()).toMatchObject({ repository: 'acme/worker', tag: '2.0' })
    await button('Push').click()

    await shows(status(), 'Pushed acme/worker:2.0.')
    expect(await listRepositories(registry.url)).toEqual(['acme/worker'])
    const { manifest } = await getManifest(registry.url, 'acme/worker', '2.0')
    expect(manifest).toMatchObject({ layers: layers.map(({ digest }) => ({ digest })) })
  })

  it('that is none, shows an alert with the reason and no form', async () => {
    await chooseFile('notes.txt', new TextEncoder().encode('no archive\n'.repeat(100)))

    await shows(alert(), 'This file cannot be read')
    await shows(alert(), 'Cannot open the archive: ')
    expect(await button('Push').isVisible()).toBe(false)
  })

  it('as Docker 29 saves a pulled image, says what is pushed, and pushes that', async () => {
    const { layout } = await pulledPlatforms(['amd64'], ['arm64', 's390x'])
    await chooseFile('pulled.tar', layout.tar())

    const note = page.locator('#platforms-note')
    await shows(note, "Only linux/amd64 is pushed, under the image's name.")
    await shows(note, 'The archive lacks linux/arm64, linux/s390x, 3 attestations of this image.')
    expect(registry.requests).toEqual([])
    await page.getByRole('textbox', { name: 'Repository' }).fill('team/pulled')
    await button('Push').click()
    await shows(status(), 'Pushed team/pulled:')
    expect((await getImageInfo(registry.url, 'team/pulled', (await destination()).tag)).architecture).toBe('amd64')
  })

  it('one of whose names is none, says so and pushes it by the other', async () => {
    const layout = createLayout()
    const image = await layout.addImage()
    layout.list(withName(image, 'Not A Name!'), withName(image, 'team/good:v1'))
    await chooseFile('odd.tar', layout.tar())
    await shows(page.getByRole('region', { name: /image/i }), 'Not A Name!')
    await page.getByRole('textbox', { name: 'Repository' }).fill('team/good')
    await button('Push').click()
    await shows(status(), 'Pushed team/good:')
  })

  it('with markup in all that it says, and in what the registry says, shows it as text', async () => {
    const markup = '<img src=evil onerror=document.title=name>'
    const layout = createLayout()
    const layer = await layout.add('application/vnd.oci.image.layer.v1.tar', 'a layer')
    const config = await layout.add('application/vnd.oci.image.config.v1+json', {
      os: 'linux',
      architecture: markup,
      created: markup,
      rootfs: { type: 'layers', diff_ids: [layer.digest] },
      history: [{ created_by: `RUN ${markup}` }],
    })
    const type = 'application/vnd.oci.image.manifest.v1+json'
    const manifest = await layout.add(type, { schemaVersion: 2, config, layers: [layer] })
    const missing: typeof manifest = { ...manifest, digest: `sha256:${'0'.repeat(64)}` }
    const index = await layout.addIndex([{ ...manifest }, withPlatform(missing, `windows/${markup}`)])
    layout.list(withName(index, markup), { ...(await layout.addImage()) }, { ...layer, mediaType: markup })
    await page.route('**/v2/**', (route) => {
      const headers = { 'access-control-allow-origin': '*', 'content-type': 'application/json' }
      const body = JSON.stringify({ errors: [{ code: 'DENIED', message: markup }] })
      return route.fulfill({ status: 403, headers, body })
    })
    await chooseFile(`${markup}.tar`, layout.tar())
    const places = [
      page.locator('#file-name'),
      page.getByRole('radio', { name: markup }).locator('..'),
      ...['Name', 'Platform', 'Not in the archive', 'Created'].map((term) =>
        page.locator('dt', { hasText: term }).locator('+ dd'),
      ),
      page.getByRole('list', { name: 'Warnings' }),
      page.locator('.step'),
      page.locator('option', { hasText: 'Only' }),
    ]
    for (const place of places) await expect.poll(() => place.first().textContent()).toContain(markup)
    await page.getByRole('textbox', { name: 'Repository' }).fill('a')
    await page.getByRole('textbox', { name: 'Tag' }).fill('v1')
    await button('Push').click()
    await shows(alert(), markup)
    expect(await page.locator('img').count()).toBe(0)
    expect(await page.title()).toBe('Not pushed – Push an image')
  })

  it('with markup in its names, shows it as text', async () => {
    await chooseFile('evil.tar', await createTestArchive({ images: [{ names: ['<img src=evil>:v1'] }] }))

    await shows(page.getByRole('region', { name: 'Image' }), '<img src=evil>:v1')
    expect(await page.locator('img').count()).toBe(0)
    // It is none to push by, but the form has fields for one.
    await page.getByRole('textbox', { name: 'Repository' }).fill('a')
    await page.getByRole('textbox', { name: 'Tag' }).fill('v1')
    await button('Push').click()
    await shows(status(), 'Pushed a:v1.')
  })
})

describe('the demo page, pushing an image with several names', () => {
  const names = ['team/hello:v1', 'localhost:5000/team/hello:latest', 'team/other:v1']
  const allNames = () => page.getByRole('checkbox', { name: 'By all its names' })

  beforeEach(async () => {
    await chooseFile('three.tar', await createTestArchive({ images: [{ names }] }))
    await allNames().waitFor()
  })

  it('sets all of them', async () => {
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

  it('sets another one alone, if the user says so', async () => {
    await page.getByRole('textbox', { name: 'Registry' }).fill(registry.url)
    await allNames().uncheck()
    expect(await destination()).toMatchObject({ repository: 'team/hello', tag: 'v1' })
    await page.getByRole('textbox', { name: 'Tag' }).fill('v7')
    await button('Push').click()

    await shows(status(), 'Pushed team/hello:v7.')
    expect(await listRepositories(registry.url)).toEqual(['team/hello'])
    expect(await listTags(registry.url, 'team/hello')).toEqual(['v7'])
  })

  it('sets all of them after a field for one was left empty', async () => {
    await allNames().uncheck()
    await page.getByRole('textbox', { name: 'Tag' }).fill('')
    await allNames().check()
    await button('Push').click()

    await shows(status(), 'Pushed team/hello:v1, ')
  })
})

describe('the demo page, pushing', () => {
  it('ends with the digest and the pull command, and the registry has the tag', async () => {
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

  it('a second time, tells of blobs that are already there', async () => {
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

  it('by Enter in a field, gives the focus to the button in the end', async () => {
    await chooseFile('hello.tar', await createTestArchive())
    await page.getByRole('textbox', { name: 'Tag' }).press('Enter')
    await shows(status(), 'Pushed')

    expect(await button('Push').evaluate((element) => element === document.activeElement)).toBe(true)
  })

  it('to a registry that does not answer, shows an alert', async () => {
    const url = `http://127.0.0.1:${await freePort()}`
    await openDemo(url)
    await chooseFile('hello.tar', await createTestArchive())
    await button('Push').click()

    await shows(alert(), 'The registry does not answer')
    await shows(alert(), `Cannot reach the registry: no answer from ${url}/v2/`)
    await button('Push').waitFor()
  })

  it('to names and an address that are none, says so at the fields and sends nothing', async () => {
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

  it('takes a host alone, and spaces that copying leaves at the ends', async () => {
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
  ])('to a registry that answers %i, says in words for people what that means', async (status, title) => {
    await page.route('**/v2/**', (route) => {
      const headers = { 'access-control-allow-origin': '*', 'retry-after': '0' }
      return route.fulfill({ status, headers, json: { errors: [{ code: 'DENIED', message: 'for a reason' }] } })
    })
    await chooseFile('hello.tar', await createTestArchive())
    await button('Push').click()

    await shows(alert(), title)
    await shows(alert(), 'for a reason')
  })

  it('and paused, sends nothing more until it is resumed', async () => {
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

  it('and cancelled in a pause, ends', async () => {
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

  it('and cancelled, says so at once, leaves no upload open, and can push again', async () => {
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

describe('the demo page, with a registry that wants a sign-in', () => {
  const signIn = () => page.getByRole('dialog')
  let guarded: Awaited<ReturnType<typeof serveForPages>>

  beforeEach(async () => {
    guarded = await serveForPages(withBasic(registry, 'ci', 'hunter2'))
    await openDemo(guarded.url)
    await chooseFile('hello.tar', await createTestArchive())
    await button('Push').click()
    await shows(signIn(), `Sign in to ${new URL(guarded.url).host}`)
  })
  afterEach(() => guarded.close())

  async function fillIn(password: string): Promise<void> {
    await signIn().getByLabel('User name').fill('ci')
    await signIn().getByLabel('Password').fill(password)
    await signIn().getByRole('button', { name: 'Sign in' }).click()
  }

  it('asks the user once, and pushes', async () => {
    await fillIn('hunter2')
    await shows(status(), 'Pushed team/hello:v1.')
    expect(await listTags(registry.url, 'team/hello')).toEqual(['v1'])
    await page.getByRole('textbox', { name: 'Tag' }).fill('v2')
    await button('Push').click()
    await shows(status(), 'Pushed team/hello:v2.')
    expect(await signIn().isVisible()).toBe(false)
    expect(await page.content()).not.toContain('hunter2')
  })

  it('says in the same dialog that a password is wrong, until one is right', async () => {
    for (const password of ['wrong', 'wrong again']) {
      await fillIn(password)
      await shows(signIn(), 'The registry did not accept that.')
      expect(await signIn().getByLabel('User name').inputValue()).toBe('ci')
      const field = signIn().getByLabel('Password')
      expect(await field.inputValue()).toBe('')
      expect(await field.evaluate((element) => element === document.activeElement)).toBe(true)
    }
    await fillIn('hunter2')
    await shows(status(), 'Pushed team/hello:v1.')
    expect(await signIn().isVisible()).toBe(false)
    expect(await alert().textContent()).toBe('')
  })

  it('cancels the push while the registry looks at a password', async () => {
    await page.route('**/v2/', () => undefined)
    await fillIn('hunter2')
    await shows(signIn(), 'Signing in…')
    await signIn().getByRole('button', { name: 'Cancel' }).click()
    await shows(status(), 'Cancelled.')
    expect(await listRepositories(registry.url)).toEqual([])
  })

  it('cancels the push if the user would rather not say', async () => {
    await signIn().getByRole('button', { name: 'Cancel' }).click()
    await shows(status(), 'Cancelled.')
    await button('Push').click()
    await shows(signIn(), 'Sign in to')
    await page.keyboard.press('Escape')
    await shows(status(), 'Cancelled.')
    expect(await listRepositories(registry.url)).toEqual([])
  })
})

async function openDemo(registryUrl: string): Promise<void> {
  await page.goto(demo.urlFor(registryUrl))
}

async function chooseFile(name: string, bytes: Uint8Array): Promise<void> {
  const file = { name, mimeType: 'application/x-tar', buffer: Buffer.from(bytes) }
  await page.getByLabel('Choose an archive or drop it here').setInputFiles(file)
}

/** A drop as a person makes it: with files of the disk, which a page cannot make up. */
async function dropFromDesktop(path: string): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const data = { items: [], files: [path], dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, x: 200, y: 200, data })
  }
}

async function destination(): Promise<{ registry: string; repository: string; tag: string }> {
  const value = (name: string) => page.getByRole('textbox', { name }).inputValue()
  return { registry: await value('Registry'), repository: await value('Repository'), tag: await value('Tag') }
}

/** Lets no bytes of a blob through, so that a push stays under way; resolves once some are held. */
function holdUploads(): Promise<void> {
  return new Promise((resolve) => {
    void page.route('**/blobs/uploads/**', (route) => {
      if (['PATCH', 'PUT'].includes(route.request().method())) resolve()
      else void route.continue()
    })
  })
}

const layersOf = (count: number) => Array.from({ length: count }, (_, index) => ({ file: `layer ${index}` }))
const shows = (within: Locator, text: string) => within.filter({ hasText: text }).first().waitFor()
const button = (name: string) => page.getByRole('button', { name, exact: true })
const status = () => page.getByRole('status')
const alert = () => page.getByRole('alert')
const blobs = () => page.getByRole('list', { name: 'Layers and config' })
const short = (digest: string) => digest.slice(7, 19)
