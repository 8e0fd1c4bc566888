import { describe, expect, it } from 'vitest'
import { getManifest, pushDockerTar } from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import {
  accessibilityFindings,
  button,
  chooseFile,
  page,
  registry,
  short,
  shows,
  status,
  useDemoPage,
} from '../support/demo-page.ts'
import { blobPath, createLayout, withName } from '../support/layout.ts'
import { multiPlatform, pulledPlatforms } from '../support/producers.ts'

useDemoPage()

const plan = () => page.getByRole('region', { name: 'Push plan' })
const note = () => page.locator('.note')

describe('the plan of a push', () => {
  it('is shown before anything is sent: what is there, what is to send, and what the tags do', async () => {
    const old = await createTestArchive({ images: [{ layers: [{ old: 'image' }] }] })
    const before = await pushDockerTar(old, registry.url, 'team/hello', 'latest')
    const archive = await createTestArchive({ images: [{ names: ['team/hello:v1', 'team/hello:latest'] }] })
    await pushDockerTar(archive, registry.url, 'team/hello', 'v0')
    const digest = await pushDockerTar(archive, registry.url, 'team/hello', 'v1')
    const sent = () => registry.requests.filter(({ method }) => !['HEAD', 'GET', 'OPTIONS'].includes(method)).length
    const already = sent()

    await chooseFile('hello.tar', archive)
    await button('Show the plan').click()
    await shows(plan(), 'A tag points to another image now. The push moves it.')
    await shows(plan(), `moves from ${short(before)} to ${short(digest)}`)
    await shows(plan().getByRole('listitem').filter({ hasText: 'team/hello:v1' }), 'not changed')
    await shows(plan(), '0 bytes (0 parts)')
    await shows(plan(), 'Already there')
    // The button is gone. The keyboard goes on in the plan.
    await plan().locator('h3:focus').waitFor()
    expect(await accessibilityFindings()).toEqual([])
    expect(sent()).toBe(already)

    await button('Push and move 1 tag').click()
    await shows(status(), 'Pushed team/hello:v1, team/hello:latest.')
    expect((await getManifest(registry.url, 'team/hello', 'latest')).digest).toBe(digest)
  })

  it('stops a push that would move a tag in silence', async () => {
    const old = await createTestArchive({ images: [{ layers: [{ old: 'image' }] }] })
    const before = await pushDockerTar(old, registry.url, 'team/hello', 'v1')
    await chooseFile('hello.tar', await createTestArchive())
    await button('Push').click()

    await shows(status(), 'The push would move tags. Look at the plan, then push.')
    expect((await getManifest(registry.url, 'team/hello', 'v1')).digest).toBe(before)
    await page.getByRole('textbox', { name: 'Tag' }).fill('v2')
    await button('Push').click()
    await shows(status(), 'Pushed team/hello:v2.')
    expect((await getManifest(registry.url, 'team/hello', 'v1')).digest).toBe(before)
  })
})

describe('the platforms in the push form', () => {
  it('are those that Docker 29 saved: the one that is there is pushed', async () => {
    const { layout } = await pulledPlatforms(['amd64'], ['arm64', 's390x'])
    await chooseFile('pulled.tar', layout.tar())
    await shows(note(), 'The archive has only linux/amd64, as Docker saves it.')
    await shows(note(), 'Not in the archive: linux/arm64, linux/s390x, and 3 attestations.')
    expect(await page.getByLabel('Platforms').count()).toBe(0)
    await page.getByRole('textbox', { name: 'Repository' }).fill('team/pulled')
    await button('Push').click()
    await shows(status(), 'Pushed team/pulled:')
  })

  it('are not asked for if there is one', async () => {
    await chooseFile('hello.tar', await createTestArchive())
    await button('Push').waitFor()
    expect(await page.getByLabel('Platforms').count()).toBe(0)
  })

  it('can be chosen', async () => {
    const { layout, index, amd64, arm64 } = await multiPlatform()
    layout.list(withName(index, 'team/multi:v1'))
    await chooseFile('multi.tar', layout.tar())
    const platforms = page.getByLabel('Platforms')
    await platforms.waitFor()
    expect(await platforms.locator('option').allTextContents()).toEqual([
      'All platforms',
      'Only linux/amd64',
      'Only linux/arm64/v8',
    ])
    await platforms.selectOption('Only linux/arm64/v8')
    await button('Push').click()
    await shows(status(), 'Pushed team/multi:v1.')
    expect((await getManifest(registry.url, 'team/multi', 'v1')).digest).toBe(arm64.digest)
    expect(amd64.digest).not.toBe(arm64.digest)
  })

  it('are said where the archive lacks some, also in a nested index', async () => {
    const { layout, index, arm64, attestation } = await multiPlatform()
    for (const { digest } of [arm64, attestation]) layout.files.delete(blobPath(digest))
    layout.list(withName(await layout.addIndex([{ ...index }]), 'team/multi:v1'))
    await chooseFile('nested.tar', layout.tar())
    await shows(note(), 'Not in the archive: linux/arm64/v8 and 1 attestation.')
  })

  it('come with a note if the archive is odd', async () => {
    const layout = createLayout()
    layout.list(withName(await layout.addImage(), 'team/odd:v1'))
    layout.files.delete('oci-layout')
    await chooseFile('odd.tar', layout.tar())
    const notes = page.getByRole('list', { name: 'Notes about the archive' })
    await shows(notes, 'A file that marks the format is missing. The archive is read anyway.')
  })
})
