import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openRegistry } from '../../src/index.ts'
import { ACTS, actOnce, expectNoSecret } from '../support/all-acts.ts'
import { inFastTime } from '../support/fast-time.ts'
import { CASE_TIMEOUT, PROPERTY_TIMEOUT, shareOfRuns } from '../support/fuzz-settings.ts'
import { ALLOWED, CREDENTIALS, createWorld, HEADERS, type Script, SECRETS, scripts } from '../support/secret-world.ts'

// Every act against servers that answer at random. No server gets what is for another one, and nothing that is shown has a secret.

const totals = { runs: 0, requests: 0, strangers: 0, errors: 0 }
const printed: unknown[] = []

beforeAll(() => {
  for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const)
    vi.spyOn(console, method).mockImplementation((...texts) => void printed.push(texts))
  vi.spyOn(process, 'emitWarning').mockImplementation((warning) => void printed.push(warning))
})
afterAll(() => {
  vi.restoreAllMocks()
  const { runs, requests, strangers, errors } = totals
  process.stdout.write(`${runs} runs, ${requests} requests, ${strangers} of them to strangers; ${errors} errors\n`)
})

describe('every act against servers that answer at random', () => {
  it('gives no secret to a stranger, and shows none', { timeout: PROPERTY_TIMEOUT }, async () => {
    const run = fc.asyncProperty(
      scripts,
      fc.constantFrom(...Object.keys(ACTS)),
      fc.constantFrom<keyof typeof CREDENTIALS>('password', 'password', 'password', 'identity', 'ready', 'none'),
      fc.constantFrom<keyof typeof HEADERS>('secret', 'basic', 'none'),
      fc.boolean(),
      runOnce,
    )
    await fc.assert(run, { ...shareOfRuns(0.4), timeout: CASE_TIMEOUT })
    expect(totals.strangers).toBeGreaterThan(totals.runs / 4)
    expect(totals.errors).toBeGreaterThan(totals.runs / 4)
    expect(printed).toEqual([])
  })
})

async function runOnce(
  script: Script,
  act: string,
  credentials: keyof typeof CREDENTIALS,
  headers: keyof typeof HEADERS,
  isAsked: boolean,
): Promise<void> {
  const world = createWorld(script)
  const given = CREDENTIALS[credentials]
  const registry = openRegistry(script.place.registry, {
    fetch: world.fetch,
    credentials: isAsked ? () => given : given,
    headers: HEADERS[headers],
    allowedRealms: ALLOWED,
    retry: 1,
    retryDelay: 0,
  })
  const { shown, failed } = (await inFastTime(() => actOnce(act, registry))).value
  if (failed) totals.errors++
  totals.runs++
  totals.requests += world.requests
  totals.strangers += world.strangers
  expect(world.leaks).toEqual([])
  expectNoSecret(shown, Object.values(SECRETS))
}
