import type { Registry } from '../registry/registry.ts'
import { type CheckName, type Findings, listChecks, listFound, type RegistryCheck, skipped } from './check.ts'
import { checkClock } from './check-clock.ts'
import { checkPage } from './check-page.ts'
import { checkReach } from './check-reach.ts'
import { checkRepository } from './check-repository.ts'
import { checkSignIn, type SignIn } from './check-sign-in.ts'
import { checkCatalog, checkReferrers } from './check-support.ts'
import { checkWriting } from './check-writing.ts'
import { checkPageAddress } from './page-address.ts'
import { type Examination, pageOrigin } from './probe.ts'

/** Makes all checks, in the order of a decision tree: what depends on a check that failed is skipped. */
export async function runChecks(
  registry: Registry,
  options: Omit<Examination, 'registry' | 'base'>,
  onCheck: (check: RegistryCheck) => void,
): Promise<readonly RegistryCheck[]> {
  const all: Partial<Record<CheckName, RegistryCheck>> = {}
  /** Adds what was found, and tells of it at once. */
  const add = (findings: Findings) => {
    for (const check of listFound(findings)) {
      all[check.check] = check
      onCheck(check)
    }
  }
  const base = new URL(registry.url)
  await examine({ ...options, origin: options.origin ?? pageOrigin(), registry, base }, add)
  const list = listChecks(all)
  for (const check of list) if (!all[check.check]) onCheck(check)
  return list
}

async function examine(examination: Examination, add: (findings: Findings) => void): Promise<void> {
  const { base, origin } = examination
  const { ping, findings, isSignedIn = false } = await checkReach(examination)
  const reached = origin === pageOrigin() ? findings : withoutPage(findings)
  add(reached)
  // In a page this may be why there is no answer.
  if (!ping && origin !== undefined && !reached['page-address']) {
    add({ 'page-address': checkPageAddress(base, origin) })
  }
  if (!ping && !isSignedIn) return
  const signIn = ping ? await checkSignIn(examination, ping) : SIGNED_IN
  add(signIn.findings)
  if (ping) add({ clock: checkClock(ping, signIn.realmAnswer) })
  const { finding: repository, sample } = await checkRepository(examination)
  add({ repository })
  const { 'page-exposed': exposed, ...page } = ping ? await checkPage(examination, ping, signIn, sample) : {}
  add(page)
  const settled = exposed && { 'page-exposed': exposed }
  // Without a sign-in, each request would fail by it.
  if (!signIn.isSignedIn && repository.state !== 'passed') return add({ ...settled })
  add({ catalog: await checkCatalog(examination) })
  add({ referrers: await checkReferrers(examination, sample) })
  // A page could open an upload, but neither send to it nor cancel it.
  const isHindered = origin === pageOrigin() && PERMISSIONS.some((check) => page[check]?.state === 'failed')
  add({ ...settled, ...(isHindered ? unwritten() : await checkWriting(examination, sample)) })
}

/** The checks that a page has to pass to send to an upload and to cancel it. */
const PERMISSIONS = ['page-preflight', 'page-methods', 'page-headers'] as const

/** A page that can read only answers to signed-in requests. Its findings are those of `checkReach`. */
const SIGNED_IN: SignIn = { findings: {}, realm: undefined, realmAnswer: undefined, isSignedIn: true }

function unwritten(): Findings {
  const unreached = skipped('NOT_REACHED', 'this page may not send to the registry.')
  return { uploads: unreached, chunks: unreached, mounts: unreached, deletes: unreached, 'page-upload': unreached }
}

/** Leaves out what was found of this page, as the checks are for a page of another origin. */
function withoutPage(findings: Findings): Findings {
  return Object.fromEntries(Object.entries(findings).filter(([check]) => !check.startsWith('page-')))
}
