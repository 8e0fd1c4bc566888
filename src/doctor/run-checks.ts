import type { Registry } from '../registry/registry.ts'
import { listChecks, type RegistryCheck } from './check.ts'
import { checkClock } from './check-clock.ts'
import { checkPage } from './check-page.ts'
import { checkReach } from './check-reach.ts'
import { checkRepository } from './check-repository.ts'
import { checkSignIn } from './check-sign-in.ts'
import { checkCatalog, checkReferrers } from './check-support.ts'
import { checkWriting } from './check-writing.ts'
import type { Examination } from './probe.ts'

/** Makes all checks, in the order of a decision tree: what depends on a check that failed is skipped. */
export async function runChecks(
  registry: Registry,
  options: Omit<Examination, 'registry' | 'base'>,
): Promise<readonly RegistryCheck[]> {
  const examination = { ...options, registry, base: new URL(registry.url) }
  const { ping, findings: reach } = await checkReach(examination)
  if (!ping) return listChecks(reach)
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
