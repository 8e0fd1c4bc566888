import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { getConfig, getDigest, getImageInfo, listImageFiles, openImage, pushDockerTar } from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import {
  accessibilityFindings,
  alert,
  button,
  dropFromDesktop,
  holdUploads,
  openDemo,
  page,
  registry,
  shows,
  useDemoPage,
} from '../support/demo-page.ts'
import { type Distribution, startDistribution } from '../support/distribution.ts'

useDemoPage()

let real: Distribution
let folder: string
beforeAll(async () => {
  real = await startDistribution()
  folder = mkdtempSync(join(tmpdir(), 'build-'))
  mkdirSync(join(folder, 'site/assets'), { recursive: true })
  mkdirSync(join(folder, 'site/.git'))
  writeFileSync(join(folder, 'site/index.html'), '<h1>Hello</h1>')
  writeFileSync(join(folder, 'site/assets/a b.css'), 'h1 { color: green }')
  writeFileSync(join(folder, 'site/start'), '#!/bin/sh\nexec true\n')
  writeFileSync(join(folder, 'site/.git/HEAD'), 'ref')
})
afterAll(async () => {
  await real?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const main = () => page.getByRole('main')
const field = (name: string) => main().getByLabel(name, { exact: true })

async function filesOf(repository: string, tag: string): Promise<Record<string, string>> {
  const image = await openImage(real.url, repository, tag)
  const found: Record<string, string> = {}
  for await (const { path, type, mode } of listImageFiles(image)) if (type === 'file') found[path] = mode.toString(8)
  return found
}

it('build makes an image of a folder, shows its files, and pushes it', async () => {
  await openDemo({ registry: real.url, view: 'build' })
  expect(await button('Build').isDisabled()).toBe(true)
  await field('Choose a folder').setInputFiles(join(folder, 'site'))
  await shows(main(), '3 files, ')
  await field('Folder').fill('/srv/www')
  await page.getByText('Show the files of the layer').click()
  await shows(main(), '/srv/www/assets/a b.css')
  await page.getByText('Run settings').click()
  await field('Program (entrypoint)').fill('/srv/www/start')
  await field('Environment variables').fill('A=1')
  await field('Working folder').fill('/srv/www')
  await field('Labels').fill('made.by=page')
  await field('Repository').fill('team/site')
  await field('Tags').fill('v1 latest')
  expect(await accessibilityFindings()).toEqual([])
  await button('Build').click()
  await shows(main(), 'v1 – new')
  expect(await accessibilityFindings()).toEqual([])
  await button('Push the image').click()
  await shows(main(), 'Pushed: ')
  await shows(main(), `docker pull ${new URL(real.url).host}/team/site:v1`)
  expect(await filesOf('team/site', 'latest')).toEqual({
    'srv/www/assets/a b.css': '644',
    'srv/www/index.html': '644',
    'srv/www/start': '755',
  })
  const { configuration } = await getConfig(real.url, 'team/site', 'v1')
  expect(configuration).toMatchObject({
    architecture: 'amd64',
    os: 'linux',
    entrypoint: ['/srv/www/start'],
    env: ['A=1'],
    workingDir: '/srv/www',
    labels: { 'made.by': 'page' },
  })
  await page.getByRole('link', { name: 'Show the image' }).click()
  await page.getByRole('heading', { name: 'team/site:v1' }).waitFor()
})

it('build says that a file has changed since it was chosen', async () => {
  const path = join(folder, 'changing.txt')
  writeFileSync(path, 'one')
  await openDemo({ registry: real.url, view: 'build' })
  await field('Choose files').setInputFiles(path)
  await shows(main(), '1 file, ')
  await field('Repository').fill('team/changed')
  await field('Tags').fill('v1')
  writeFileSync(path, 'another')
  utimesSync(path, 1e9, 1e9)
  await button('Build').click()
  await shows(alert(), 'The file cannot be read')
})

it('build puts files on top of an image, and keeps its settings', async () => {
  await pushDockerTar(await createTestArchive(), real.url, 'team/base', 'v1')
  const base = await getImageInfo(real.url, 'team/base', 'v1')
  await openDemo({ registry: real.url, repository: 'team/base', reference: 'v1', view: 'build' })
  await shows(main(), 'Found. Platforms: linux/amd64.')
  await field('Choose files').setInputFiles(join(folder, 'site/start'))
  await main().getByRole('combobox', { name: 'Executable files' }).selectOption('no files')
  await field('Owner (user:group)').fill('1000')
  await button('Build').click()
  expect(await field('Tags').inputValue()).toBe('')
  await field('Tags').fill('v1')
  await button('Build').click()
  await button('Push and move 1 tag').waitFor()
  // Another tag needs no other build.
  await field('Tags').fill('v2')
  await shows(main(), 'v2 – new')
  await button('Push the image').click()
  await shows(main(), 'Pushed: ')
  const { configuration } = await getConfig(real.url, 'team/base', 'v2')
  expect(Date.now() - Date.parse(configuration?.created ?? '')).toBeLessThan(10 * 60_000)
  await field('Folder').fill('/other')
  await shows(main(), 'You changed the form after the build.')
  const built = await getImageInfo(real.url, 'team/base', 'v2')
  expect(built.layers.slice(0, -1).map(({ digest }) => digest)).toEqual(base.layers.map(({ digest }) => digest))
  expect(built.configuration?.env).toEqual(base.configuration?.env)
  expect((await filesOf('team/base', 'v2'))['app/start']).toBe('644')
})

it('a push of a built image that is cancelled, or that the registry refuses, sets no tag, and can be tried again', async () => {
  await openDemo({ registry: registry.url, view: 'build' })
  await page.getByRole('heading', { name: 'Build an image' }).waitFor()
  await dropFromDesktop(join(folder, 'site'))
  await shows(main(), '3 files, ')
  await page.getByText('Show the files of the layer').click()
  await shows(main(), '/app/assets/a b.css')
  await field('Repository').fill('team/gone')
  await field('Tags').fill('latest')
  await button('Build').click()
  await shows(main(), 'latest – new')
  const held = holdUploads()
  await button('Push the image').click()
  await held
  await button('Cancel').click()
  await shows(main(), 'Cancelled. No tag was set')
  await page.unroute('**/blobs/uploads/**')
  await page.route('**/v2/team/gone/manifests/**', (route) =>
    route.request().method() === 'PUT'
      ? route.fulfill({ status: 403, headers: { 'access-control-allow-origin': '*' }, body: '{}' })
      : route.continue(),
  )
  await button('Push the image').click()
  await shows(alert(), 'You have no right to do this')
  await expect(getDigest(registry.url, 'team/gone', 'latest')).rejects.toThrow()
  await page.unroute('**/v2/team/gone/manifests/**')
  await button('Try again').click()
  await shows(main(), 'Pushed: ')
})

it('build fits a phone, in Korean, and says what is not there', async () => {
  await page.evaluate(() => localStorage.setItem('language', 'ko'))
  await page.setViewportSize({ width: 375, height: 700 })
  await openDemo({ registry: real.url, view: 'build' })
  await page.getByRole('heading', { name: '이미지 빌드' }).waitFor()
  await field('베이스 이미지').fill('team/none:v1')
  await field('베이스 이미지').blur()
  await alert().filter({ hasText: /./ }).first().waitFor()
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375)
  expect(await accessibilityFindings()).toEqual([])
  await page.evaluate(() => localStorage.removeItem('language'))
})
