import { describe, expect, inject, it } from 'vitest'
import { commands } from 'vitest/browser'
import { type DiagnoseOptions, openRegistry, type RegistryCheck, readCurlOutput } from '../../src/index.ts'
import { createTestRegistry } from '../../src/testing/index.ts'
import { type Diagnosis, diagnose, faultsOf, PAGE, passedOf } from '../support/diagnosis.ts'
import { runUnderPolicy } from '../support/policy-frame.ts'

// In a page the browser hides preflights and the reasons of failures. The page finds out by requests what it can.

const at = (fault: string) => `${inject('faultyRegistries')}/${fault}`
const signedIn = (url: string) => openRegistry(url, { credentials: inject('faultyUser'), retry: 0 })
const isChromium = navigator.userAgent.includes('Chrome/')
/** The browsers that playwright starts take any certificate here. */
const trustsAll = isChromium || navigator.userAgent.includes('Firefox/')

const TRIAL = { repository: 'team/app', write: true } as const

describe('diagnoseRegistry() in a page', () => {
  it('passes all that a page can see of a real registry on another origin', async () => {
    const diagnosis = await diagnose(inject('registryUrl'), { ...TRIAL, repository: 'doctor/trial' })
    expect(faultsOf(diagnosis)).toEqual(['repository NOT_FOUND?'])
    const seen = ['connection', 'page-address', 'page-read', 'page-preflight', 'page-methods', 'page-headers']
    const more = ['page-exposed', 'page-refusals', 'page-upload', 'uploads', 'chunks']
    expect(passedOf(diagnosis)).toEqual(expect.arrayContaining([...seen, ...more]))
    expect([diagnosis.version.code, diagnosis.clock.code]).toEqual(['NOT_VISIBLE', 'NOT_VISIBLE'])
  })

  it.each<[fault: string, faults: readonly string[]]>([
    ['none', []],
    ['no-header', ['page-read NOT_READABLE']],
    ['other-origin', ['page-read NOT_READABLE']],
    ['doubled-header', ['page-read NOT_READABLE']],
    ['redirect', ['page-read NOT_READABLE']],
    ['readable-redirect', ['api REDIRECTED']],
    ['unread-401', ['page-read NOT_READABLE']],
    ['guarded', ['sign-in SIGN_IN_REQUIRED?']],
    ['preflight-401', ['sign-in SIGN_IN_REQUIRED?', 'page-preflight PREFLIGHT_401']],
    ['preflight-404', ['page-preflight PREFLIGHT_REFUSED']],
    ['preflight-405', ['page-preflight PREFLIGHT_REFUSED']],
    ['preflight-redirect', ['page-preflight PREFLIGHT_REFUSED']],
    ['preflight-empty', ['page-preflight PREFLIGHT_REFUSED']],
    ['no-put', ['page-methods METHODS_MISSING']],
    ['no-patch', ['page-methods METHODS_MISSING']],
    ['no-delete', ['page-methods METHODS_MISSING']],
    ['no-authorization', ['page-headers HEADERS_MISSING']],
    ['no-content-type', ['page-headers HEADERS_MISSING']],
    ['no-content-range', ['page-headers HEADERS_MISSING']],
    ['no-accept', ['page-headers HEADERS_MISSING?']],
    ['hidden-challenge', ['challenge NO_CHALLENGE', 'sign-in SIGN_IN_REQUIRED?', 'page-exposed HEADERS_HIDDEN']],
    ['unread-refusals', ['page-refusals NO_CORS']],
    ['web-page', ['api WEB_PAGE']],
    ['no-path', ['api WRONG_PATH']],
    ['denied', ['api ACCESS_DENIED']],
    ['busy', ['api RATE_LIMITED']],
    ['failing', ['api SERVER_FAILED']],
    ['realm-good', ['sign-in CREDENTIALS_REFUSED']],
    ['realm-unread', ['page-token-server NOT_READABLE']],
    ['realm-without-authorization', ['page-token-server HEADERS_MISSING']],
    ['realm-down', ['token-server REALM_NO_ANSWER']],
  ])('at a registry with the fault "%s" finds %j', async (fault, faults) => {
    const isToken = fault.startsWith('realm')
    const registry = isToken ? openRegistry(at(fault), { allowedRealms: ['http://localhost:9'] }) : at(fault)
    const diagnosis = await diagnose(registry)
    expect(faultsOf(diagnosis).filter((found) => !isToken || !found.startsWith('sign-in'))).toEqual(
      faults.filter((found) => !isToken || !found.startsWith('sign-in')),
    )
    for (const check of Object.values(diagnosis)) {
      expect(check.message).toMatch(/\.$/)
      if (check.state === 'failed') expect(check.remedy).toBeTruthy()
    }
  })

  it('finds a server that does not answer in time', async () => {
    expect(faultsOf(await diagnose(at('silent'), { timeout: 300 }))).toEqual(['connection SILENT'])
  })

  it('names what it cannot tell apart, and gives a command that can', async () => {
    const { 'page-read': read, 'page-preflight': preflight } = await diagnose(at('no-header'))
    expect(read.message).toContain('A browser does not tell which.')
    expect(read.command).toContain(`-H "Origin: ${location.origin}"`)
    expect(read.command).toContain(`"${at('no-header')}/v2/"`)
    expect(read.settings.map(({ server }) => server)).toEqual(['distribution', 'nginx', 'Caddy', 'Traefik', 'zot'])
    expect(preflight.code).toBe('NOT_REACHED')
  })

  it('names the method and the header that are missing', async () => {
    expect((await diagnose(at('no-patch')))['page-methods'].message).toContain('methods PATCH.')
    expect((await diagnose(at('no-content-range')))['page-headers'].message).toContain('headers content-range.')
  })

  it('tells of one check after the other', async () => {
    const told: RegistryCheck[] = []
    const diagnosis = await diagnose(at('none'), { onCheck: (check) => told.push(check) })
    expect(told.map(({ check }) => check).sort()).toEqual(Object.keys(diagnosis).sort())
    expect(told[0]?.check).toBe('connection')
    for (const check of told) expect(check).toEqual(diagnosis[check.check])
  })

  it('does not say what a page of another origin may read', async () => {
    const diagnosis = await diagnose(inject('registryUrl'), { origin: PAGE })
    expect(diagnosis['page-read'].code).toBe('NOT_VISIBLE')
    expect(diagnosis['page-address'].state).toBe('passed')
    const unread = await diagnose(at('no-header'), { origin: PAGE })
    expect(unread['page-read'].code).toBe('NOT_REACHED')
  })

  it('finds that nothing listens, or the port is one that browsers do not use', async () => {
    const { connection } = await diagnose('http://127.0.0.1:9321')
    expect([connection.code, connection.message]).toEqual(['NO_ANSWER', expect.stringContaining('certificate')])
    expect(connection.command).toContain('http://127.0.0.1:9321/v2/')
    expect(faultsOf(await diagnose('http://127.0.0.1:6000'))).toEqual(['connection BLOCKED_PORT'])
  })
})

describe('diagnoseRegistry() in a page, at real servers', () => {
  it('finds preflights that are asked for a sign-in, distribution#4458', async () => {
    const { basic } = inject('faultyServers')
    const diagnosis = await diagnose(basic)
    expect(faultsOf(diagnosis)).toEqual(['sign-in SIGN_IN_REQUIRED?', 'page-preflight PREFLIGHT_401'])
    expect(diagnosis.challenge.code).toBe('BASIC')
    expect(diagnosis['page-preflight'].settings.map(({ server }) => server)).not.toContain('distribution')
  })

  it('finds refusals that nginx sends without CORS headers, if a password is known', async () => {
    const { withoutAlways } = inject('faultyServers')
    expect(faultsOf(await diagnose(withoutAlways))).toEqual(['page-read NOT_READABLE'])
    expect(faultsOf(await diagnose(signedIn(inject('faultyServers').proxyAuth)))).toEqual(['page-refusals NO_CORS'])
    const diagnosis = await diagnose(signedIn(withoutAlways))
    expect(faultsOf(diagnosis)).toEqual(['page-refusals NO_CORS'])
    expect([diagnosis['sign-in'].state, diagnosis['page-read'].state]).toEqual(['passed', 'passed'])
  })

  it('finds the wrong scheme', async () => {
    const { plainPort, tlsPort } = inject('faultyServers')
    const { connection } = await diagnose(plainPort)
    expect([connection.code, connection.remedy]).toEqual([
      'WRONG_SCHEME',
      expect.stringContaining(plainPort.replace('https:', 'http:')),
    ])
    // Without a trusted certificate, there is only the answer 400 to http.
    const found = trustsAll ? 'connection WRONG_SCHEME' : 'page-read NOT_READABLE'
    expect(faultsOf(await diagnose(tlsPort))).toEqual([found])
  })
})

describe('diagnoseRegistry() in a page, with a sign-in', () => {
  it('passes with the right password', async () => {
    const diagnosis = await diagnose(signedIn(at('guarded')))
    expect(faultsOf(diagnosis)).toEqual([])
    expect(passedOf(diagnosis)).toEqual(expect.arrayContaining(['sign-in', 'page-headers', 'page-refusals']))
  })

  it('tells refusals without CORS from answers without CORS', async () => {
    expect(faultsOf(await diagnose(signedIn(at('unread-401'))))).toEqual(['page-refusals NO_CORS'])
    expect(faultsOf(await diagnose(signedIn(at('no-header'))))).toEqual(['page-read NOT_READABLE'])
  })
})

describe('diagnoseRegistry() in a page, with leave to write', () => {
  const trial = (fault: string, options: DiagnoseOptions = {}): Promise<Diagnosis> =>
    diagnose(at(fault), { ...TRIAL, ...options })

  it('opens and cancels an upload', async () => {
    const registry = createTestRegistry()
    const handle = openRegistry('http://registry.test', { fetch: registry.fetch })
    const diagnosis = await diagnose(handle, TRIAL)
    expect([diagnosis.uploads.state, diagnosis.chunks.state, registry.openUploads]).toEqual(['passed', 'passed', 0])
    const served = await trial('none')
    expect(faultsOf(served)).toEqual([])
    expect(passedOf(served)).toEqual(expect.arrayContaining(['page-exposed', 'page-upload', 'page-storage', 'mounts']))
  })

  it.each<[fault: string, faults: readonly string[]]>([
    ['hidden-location', ['page-exposed HEADERS_HIDDEN', 'uploads UPLOAD_STAYS?']],
    ['location-elsewhere', ['page-upload NOT_READABLE', 'uploads LOCATION_OTHER_HOST?']],
    ['storage-unread', ['page-storage NOT_READABLE']],
  ])('at a registry with the fault "%s" finds %j', async (fault, faults) => {
    expect(faultsOf(await trial(fault))).toEqual(faults)
  })

  it('finds a hidden digest of a manifest', async () => {
    expect(faultsOf(await trial('hidden-digest', { write: false }))).toEqual(['page-exposed HEADERS_HIDDEN?'])
  })

  it('opens no upload that it may not cancel', async () => {
    const { uploads, 'page-methods': methods } = await trial('no-delete')
    expect([methods.code, uploads.code]).toEqual(['METHODS_MISSING', 'NOT_REACHED'])
  })
})

describe('readCurlOutput() after the command of a check', () => {
  const { plainPort, tlsPort } = inject('faultyServers')
  it.each<[address: string, faults: readonly string[]]>([
    [at('no-header'), ['page-read NO_CORS', 'page-preflight NO_CORS']],
    [at('other-origin'), ['page-read OTHER_ORIGIN', 'page-preflight OTHER_ORIGIN']],
    [at('doubled-header'), ['page-read DOUBLED_HEADER', 'page-preflight DOUBLED_HEADER']],
    [at('redirect'), ['page-read NO_CORS', 'page-preflight PREFLIGHT_REDIRECTED']],
    [at('unread-401'), ['page-read NO_CORS']],
    [at('preflight-401'), ['page-preflight PREFLIGHT_401']],
    [at('preflight-405'), ['page-preflight PREFLIGHT_REFUSED']],
    [at('preflight-redirect'), ['page-preflight PREFLIGHT_REDIRECTED']],
    [at('preflight-empty'), ['page-preflight NO_CORS']],
    [at('no-put'), ['page-methods METHODS_MISSING']],
    [at('no-content-range'), ['page-headers HEADERS_MISSING']],
    [inject('faultyServers').basic, ['page-preflight PREFLIGHT_401']],
    ['http://127.0.0.1:9321', ['connection NOTHING_LISTENS']],
    ['https://registry.invalid', ['connection HOST_UNKNOWN']],
  ])('tells what a browser hides at %s: %j', async (address, faults) => {
    const { command } = Object.values(await diagnose(address)).find((check) => check.command) ?? {}
    const checks = await readCurlOutput(await commands.runCurl(command ?? ''))
    expect(faultsOf(Object.fromEntries(checks.map((check) => [check.check, check])) as Diagnosis)).toEqual(faults)
  })

  it('tells which part of TLS fails', async () => {
    const codes = async (url: string) => {
      const checks = await readCurlOutput(await commands.runCurl(`curl -sS -I "${url}/v2/"`))
      return checks.map(({ code }) => code)
    }
    expect(await codes(tlsPort.replace('http:', 'https:'))).toEqual(['OK', 'CERTIFICATE_UNKNOWN'])
    expect(await codes(plainPort)).toEqual(['OK', 'TLS_FAILED'])
  })

  it('has nothing in the command that a shell would run', async () => {
    const { connection } = await diagnose('http://127.0.0.1:9321/$(touch x)/`id`/%22;id;/!x/&y')
    const [, url = ''] = /"(http:[^"]*)" --next/.exec(connection.command ?? '') ?? []
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:9321\/[\w%./-]+\/v2\/$/)
  })
})

describe('diagnoseRegistry() in a page with a policy', () => {
  it("finds the page's own policy", async () => {
    const script = 'return (await sdk.diagnoseRegistry(input.url)).filter(({ state }) => state === "failed")'
    const found = await runUnderPolicy({ connections: location.origin }, script, { url: at('none') })
    expect(found).toMatchObject([{ check: 'page-address', code: 'BLOCKED_BY_POLICY' }])
  })
})

describe('diagnoseRegistry() in a Worker', () => {
  it('finds the same', async () => {
    const worker = new Worker(new URL('../support/diagnosing-worker.ts', import.meta.url), { type: 'module' })
    const ask = (url: string) =>
      new Promise<readonly RegistryCheck[]>((resolve, reject) => {
        worker.onmessage = ({ data }) => resolve(data)
        worker.onerror = ({ message }) => reject(new Error(message))
        worker.postMessage(url)
      })
    for (const url of [at('none'), at('no-header'), at('no-patch'), 'http://127.0.0.1:9321']) {
      const checks = await ask(url)
      const inPage = await diagnose(url)
      expect(checks.map(({ code }) => code)).toEqual(Object.values(inPage).map(({ code }) => code))
    }
    worker.terminate()
  })
})

it('diagnoseRegistry() in a page says when the browser is offline', async () => {
  Object.defineProperty(navigator, 'onLine', { value: false, configurable: true })
  try {
    expect(faultsOf(await diagnose('https://registry.invalid'))).toEqual(['connection OFFLINE'])
    expect(faultsOf(await diagnose('http://127.0.0.1:9321'))).toEqual(['connection NO_ANSWER'])
  } finally {
    Reflect.deleteProperty(navigator, 'onLine')
  }
})
