import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { afterEach, expect, inject, it } from 'vitest'
import { listTags } from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'
import { isPushed, launchBrowser, pushFile } from '../support/hosted-page.ts'

let program: ChildProcess | undefined
afterEach(() => void program?.kill())

/** Starts what `npm run demo` starts, and reads the addresses that it prints. */
async function startDemo(...args: readonly string[]): Promise<{ registry: string; address: string }> {
  const started = spawn(process.execPath, ['scripts/demo.js', ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  program = started
  const found: Record<string, string> = {}
  for await (const line of createInterface({ input: started.stdout })) {
    const [, name = '', value = ''] = /^(\w+): +(\S+)/.exec(line) ?? []
    found[name] = value
    if (found.Registry && found.Page) return { registry: found.Registry, address: found.Page }
  }
  throw new Error('The program ended without an address.')
}

it('npm run demo serves the page beside a registry in memory, until it is told to end', async () => {
  const { registry, address } = await startDemo()
  const browser = await launchBrowser()
  try {
    const page = await browser.newPage({ locale: 'en-US' })
    await page.goto(address)
    await pushFile(page, 'hello.tar', await createTestArchive(), 'v1')
    await isPushed(page, 'v1')
    expect(await listTags(registry, 'team/hello')).toEqual(['v1'])
  } finally {
    await browser.close()
  }
  program?.kill('SIGINT')
  expect(await once(program as ChildProcess, 'exit')).toEqual([0, null])
})

it('npm run demo -- --registry opens the page on that registry', async () => {
  const registry = inject('registryUrl')
  const { address } = await startDemo('--registry', registry)
  expect(new URL(address).searchParams.get('registry')).toBe(`${registry}/`)
})
