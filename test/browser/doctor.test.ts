import { describe, expect, inject, it } from 'vitest'
import { openRegistry } from '../../src/index.ts'
import { createTestRegistry } from '../../src/testing/index.ts'
import { diagnose, faultsOf, PAGE } from '../support/diagnosis.ts'

// In a page the browser hides preflights and the reasons of failures: these checks are skipped, not guessed.

const HIDDEN = ['page-preflight', 'page-methods', 'page-headers', 'page-exposed', 'page-refusals'] as const

describe('diagnoseRegistry() in a page', () => {
  it('passes what a page can see of a real registry on another origin', async () => {
    const diagnosis = await diagnose(inject('registryUrl'))
    expect(faultsOf(diagnosis)).toEqual([])
    expect([diagnosis.connection.code, diagnosis.api.code, diagnosis['page-read'].code]).toEqual(['OK', 'OK', 'OK'])
    for (const check of HIDDEN)
      expect([diagnosis[check].state, diagnosis[check].code]).toEqual(['skipped', 'NOT_VISIBLE'])
    expect([diagnosis.version.code, diagnosis.clock.code]).toEqual(['NOT_VISIBLE', 'NOT_VISIBLE'])
  })

  it('tells of CORS when there is no answer that the page may read', async () => {
    const diagnosis = await diagnose(inject('registryWithoutCors'))
    expect(faultsOf(diagnosis)).toEqual(['connection NO_ANSWER'])
    expect(diagnosis.connection.message).toContain('(CORS)')
    expect(diagnosis.connection.remedy).toContain('open the address in a tab')
  })

  it('tells of CORS when nothing listens, as a page cannot tell these apart', async () => {
    expect(faultsOf(await diagnose('http://127.0.0.1:9'))).toEqual(['connection NO_ANSWER'])
    expect(faultsOf(await diagnose('http://127.0.0.1:9321'))).toEqual(['connection NO_ANSWER'])
  })

  it('opens and cancels an upload with leave', async () => {
    const registry = createTestRegistry()
    const handle = openRegistry('http://registry.test', { fetch: registry.fetch })
    const diagnosis = await diagnose(handle, { repository: 'team/app', write: true })
    expect([diagnosis.uploads.state, diagnosis.chunks.state, registry.openUploads]).toEqual(['passed', 'passed', 0])
  })

  it('does not say what a page of another origin may read', async () => {
    const diagnosis = await diagnose(inject('registryUrl'), { origin: PAGE })
    expect(diagnosis['page-read'].code).toBe('NOT_VISIBLE')
    expect(diagnosis['page-address'].state).toBe('passed')
  })
})
