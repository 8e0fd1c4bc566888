import { describe, expect, it } from 'vitest'
import { getManifest, listRepositories, listTags } from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import {
  accessibilityFindings,
  button,
  chooseFile,
  page,
  registry,
  shows,
  status,
  useDemoPage,
} from '../support/demo-page.ts'
import { createLayout, withName } from '../support/layout.ts'

useDemoPage()

const field = (name: string, place = 0) => page.getByRole('textbox', { name, exact: true }).nth(place)
const hasFocus = (element: Element) => element === (element.getRootNode() as ShadowRoot).activeElement

describe('the names in the push form', () => {
  it('are all names of the image', async () => {
    const names = ['team/hello:v1', 'localhost:5000/team/hello:latest', 'team/other:v1']
    await chooseFile('three.tar', await createTestArchive({ images: [{ names }] }))
    await button('Push').click()

    await shows(status(), 'Pushed team/hello:v1, team/hello:latest, team/other:v1.')
    const result = page.getByRole('region', { name: 'Pushed to the registry' })
    const { host } = new URL(registry.url)
    for (const name of ['team/hello:v1', 'team/hello:latest', 'team/other:v1']) {
      await shows(result, `docker pull ${host}/${name}`)
    }
    expect([...(await listTags(registry.url, 'team/hello'))].sort()).toEqual(['latest', 'v1'])
    expect(await listTags(registry.url, 'team/other')).toEqual(['v1'])
  })

  it('can be changed, added and removed', async () => {
    const names = ['team/hello:v1', 'team/other:v1']
    await chooseFile('two.tar', await createTestArchive({ images: [{ names }] }))
    await button('Remove team/other').click()
    await field('Repository').fill('team/mine')
    await button('Add a tag').click()
    await field('Tag', 1).fill('v1.2')
    await button('Add another name').click()
    await field('Repository', 1).fill('copies/mine')
    await field('Tag', 2).fill('v9')
    await button('Push').click()

    await shows(status(), 'Pushed team/mine:v1, team/mine:v1.2, copies/mine:v9.')
    expect([...(await listTags(registry.url, 'team/mine'))].sort()).toEqual(['v1', 'v1.2'])
    expect([...(await listRepositories(registry.url))].sort()).toEqual(['copies/mine', 'team/mine'])
  })

  it('are checked while they are typed, with the text beside the field', async () => {
    await chooseFile('hello.tar', await createTestArchive())
    const wrong: readonly [string, string, string][] = [
      ['Registry', 'not a registry', 'Type a host or an address'],
      ['Repository', 'Team/Hello', 'Use lowercase letters'],
      ['Repository', 'localhost:5000/team/hello', 'Use lowercase letters'],
      ['Repository', 'team/hello:v1', 'Use lowercase letters'],
      ['Tag', '-v1', 'Use at most 128 letters, digits'],
    ]
    for (const [name, text, fault] of wrong) {
      const before = await field(name).inputValue()
      await field(name).fill(text)
      await shows(page.locator('.fault'), fault)
      expect(await field(name).getAttribute('aria-invalid')).toBe('true')
      expect(await page.locator('[aria-invalid=true]').count()).toBe(1)
      await button('Push').click()
      await expect.poll(() => field(name).evaluate(hasFocus)).toBe(true)
      await field(name).fill(before)
    }
    expect(await accessibilityFindings()).toEqual([])
    expect(registry.requests).toEqual([])
    expect(await page.locator('[aria-invalid=true]').count()).toBe(0)
  })

  it('may have spaces at their ends, and the registry may be a host', async () => {
    await chooseFile('hello.tar', await createTestArchive())
    await field('Registry').fill(` ${new URL(registry.url).host} `)
    await field('Repository').fill(' team/spaces ')
    await field('Tag').fill('v1\t')
    await field('Tag').press('Enter')

    await shows(status(), 'Pushed team/spaces:v1.')
    expect(await listTags(registry.url, 'team/spaces')).toEqual(['v1'])
  })

  it('must not be those of another image', async () => {
    await chooseFile(
      'two.tar',
      await createTestArchive({ images: [{ names: ['team/a:v1'] }, { names: ['team/b:v1'], architecture: 'arm64' }] }),
    )
    await field('Repository', 1).fill('team/a')
    await shows(page.locator('.fault'), 'Another image has this name.')
    await button('Push').click()
    expect(registry.requests).toEqual([])
    await page.getByRole('checkbox', { name: 'Push team/b:v1' }).uncheck()
    await button('Push').click()
    await shows(status(), 'Pushed team/a:v1.')
    expect(await listTags(registry.url, 'team/a')).toEqual(['v1'])
  })

  it('can be typed for an image that has none, or one that is not valid', async () => {
    const layout = createLayout()
    const image = await layout.addImage()
    layout.list(withName(image, 'Not A Name!'))
    await chooseFile('odd.tar', layout.tar())
    await shows(page.getByRole('heading'), 'Not A Name!')
    expect(await page.locator('[aria-invalid=true]').count()).toBe(0)
    await button('Push').click()
    await expect.poll(() => field('Repository').getAttribute('aria-invalid')).toBe('true')
    await field('Repository').fill('team/good')
    await button('Push').click()
    await shows(status(), 'Pushed team/good:')
    expect((await getManifest(registry.url, 'team/good', 'latest')).digest).toBe(image.digest)
  })

  it('of 56 images take one click', async () => {
    const images = Array.from({ length: 56 }, (_, index) => ({ names: [`team/image-${index}:v1`] }))
    await chooseFile('many.tar', await createTestArchive({ images }))
    await page.getByRole('checkbox', { name: 'Push team/image-7:v1' }).uncheck()
    expect(await page.getByRole('checkbox', { name: 'Push all 56 images' }).isChecked()).toBe(false)
    await button('Push').click()
    await shows(status(), 'Pushed 55 names.')
    const repositories = await listRepositories(registry.url)
    expect(repositories).toHaveLength(55)
    expect(repositories).not.toContain('team/image-7')
  })
})
