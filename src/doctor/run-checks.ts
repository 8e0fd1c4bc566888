import type { Registry } from '../registry/registry.ts'
import { listChecks, type RegistryCheck } from './check.ts'
import { checkClock } from './check-clock.ts'
import { checkPage, checkPageAddress } from './check-page.ts'
import { checkReach } from './check-reach.ts'
import { checkRepository } from './check-repository.ts'
import { checkSignIn } from './check-sign-in.ts'
import { checkCatalog, checkReferrers } from './check-support.ts'
import { checkWriting } from './check-writing.ts'
import { type Examination, pageOrigin } from './probe.ts'

/** Makes all checks, in the order of a decision tree: what depends on a check that failed is skipped. */
export async function runChecks(
  registry: Registry,
  options: Omit<Examination, 'registry' | 'base'>,
): Promise<readonly RegistryCheck[]> {
  const base = new URL(registry.url)
  const origin = options.origin ?? pageOrigin()
  const examination = { ...options, origin, registry, base }
  const { ping, findings: reach } = await checkReach(examination)
  // In a page this may be why there is no answer.
  if (!ping) return listChecks({ ...reach, ...(origin && { 'page-address': checkPageAddress(base, origin) }) })
  const signIn = await checkSignIn(examination, ping)
  const clock = checkClock(ping, signIn.realmAnswer)
  const { finding: repository, sample } = await checkRepository(examination)
  const page = await checkPage(examination, signIn, sample)
  const found = { ...reach, ...signIn.findings, clock, repository, ...page }
  // Without a sign-in, each request would fail by it.
  if (!signIn.isSignedIn && repository.state !== 'passed') return listChecks(found)
  return listChecks({
    ...found,
    catalog: await checkCatalog(examination),
    referrers: await checkReferrers(examination, sample),
    ...(await checkWriting(examination, sample)),
  })
}
