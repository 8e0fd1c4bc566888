import { runPool } from '../async/pool.ts'
import { fixed } from '../async/semaphore.ts'
import { checkImageName, optionalText } from '../check-options.ts'
import { createPortableHasher } from '../hash/sha256.ts'
import { artifactTypeOf, statedType } from '../oci/artifact.ts'
import { ATTESTED_DIGEST, isAttestation } from '../oci/attestation.ts'
import { descriptorOf } from '../oci/descriptor.ts'
import { type Digest, isDigest } from '../oci/digest.ts'
import { type IndexEntry, isIndex } from '../oci/manifest.ts'
import { parseRepositoryOf } from '../oci/reference.ts'
import { kindOf } from '../oci/referrer-kind.ts'
import { findReferrers } from '../registry/download/find-referrers.ts'
import { withDefaultLimits } from '../registry/download/limits.ts'
import { entryOf } from '../registry/download/manifest-entry.ts'
import { readAgain } from '../registry/download/read-again.ts'
import { createRegistryStore, type RegistryStore } from '../registry/download/registry-store.ts'
import { manifestAt } from '../registry/manifests.ts'
import { findManifest, type ManifestInfo, readManifest } from '../registry/read-manifest.ts'
import type { Registry } from '../registry/registry.ts'
import type { ListReferrersOptions, Referrer } from './referrer.ts'
import { annotationsOf, needsManifest, predicateTypesOf } from './referrer-facts.ts'

/** A referrer of which only its entry in a list, or its tag, is known. */
interface Candidate {
  readonly entry: IndexEntry
  readonly subject: Digest
  readonly tag?: string
  /** True if an index lists it as an attestation. */
  readonly isAttestation?: boolean
  /** The manifest, if it was read with the tag. */
  readonly manifest?: ManifestInfo
}

/** Manifests that are looked at at once. */
const CONCURRENCY = fixed(6)

/** Reads the referrers of a manifest. Throws the errors of `listReferrers`. */
export async function readReferrers(
  registry: Registry,
  given: string,
  reference: string,
  options: ListReferrersOptions,
): Promise<readonly Referrer[]> {
  checkImageName(given, reference)
  const repository = parseRepositoryOf(registry.url, given)
  const { artifactType, children = false, signal, onWarning: warn = () => {}, runtime } = options
  optionalText('artifactType', artifactType, 'a type such as "application/spdx+json"')
  const { createHasher = createPortableHasher } = runtime ?? {}
  const limits = withDefaultLimits(options.limits)
  const readRoot = (patient: Registry) =>
    (isDigest(reference) ? findManifest : readManifest)(manifestAt(patient, repository, reference), signal)
  const root = await readAgain(registry, readRoot, signal)
  const store = createRegistryStore({ registry, repository, limits, createHasher, warn, signal })
  try {
    if (root) store.keep(root)
    const subject = root?.digest ?? (reference as Digest)
    const entries = root && isIndex(root.manifest) ? root.manifest.manifests : []
    const images = children ? entries.filter((entry) => !isAttestation(entry)).map(({ digest }) => digest) : []
    const subjects = [...new Set([subject, ...images.filter(isDigest)])]
    const listed = await findAll(store, subjects, root !== undefined, signal)
    const candidates = onceEach([...attestationsIn(entries, subject), ...listed])
    const referrers = await describeAll(store, candidates, warn, signal)
    return referrers.filter((one) => artifactType === undefined || one.artifactType === artifactType)
  } finally {
    store.close()
  }
}

/** Lists the attestations in an index. Each is about the manifest that it names. */
function attestationsIn(entries: readonly IndexEntry[], root: Digest): readonly Candidate[] {
  return entries.filter(isAttestation).map((entry) => {
    const about = annotationsOf(entry)[ATTESTED_DIGEST]
    return { entry, subject: isDigest(about) ? about : root, isAttestation: true }
  })
}

async function findAll(
  store: RegistryStore,
  subjects: readonly Digest[],
  isRepository: boolean,
  signal: AbortSignal | undefined,
): Promise<readonly Candidate[]> {
  const found = new Map<Digest, readonly Candidate[]>()
  await runPool(subjects, CONCURRENCY, signal, async (subject, signal) => {
    const { entries, tagged } = await findReferrers({ store, subject, isRepository }, signal)
    const byTag = [...tagged].map(([tag, manifest]) => ({ entry: entryOf(manifest), subject, tag, manifest }))
    found.set(subject, [...entries.map((entry) => ({ entry, subject })), ...byTag])
  })
  return subjects.flatMap((subject) => found.get(subject) ?? [])
}

/** An attestation may be in an index and have a subject, too. */
function onceEach(candidates: readonly Candidate[]): readonly Candidate[] {
  const byDigest = new Map<string, Candidate>()
  for (const one of candidates) {
    const key = `${one.entry.digest}@${one.subject}`
    if (!byDigest.has(key)) byDigest.set(key, one)
  }
  return [...byDigest.values()]
}

async function describeAll(
  store: RegistryStore,
  candidates: readonly Candidate[],
  warn: (warning: string) => void,
  signal: AbortSignal | undefined,
): Promise<readonly Referrer[]> {
  const described = new Map<Candidate, Referrer>()
  await runPool(candidates, CONCURRENCY, signal, async (candidate) => {
    const referrer = await describe(store, candidate, warn)
    if (referrer) described.set(candidate, referrer)
  })
  return candidates.flatMap((candidate) => described.get(candidate) ?? [])
}

/** Describes a referrer. Leaves out, with a warning, a referrer that is lost or belongs to another manifest. */
async function describe(
  store: RegistryStore,
  { entry, subject, tag, isAttestation = false, manifest }: Candidate,
  warn: (warning: string) => void,
): Promise<Referrer | undefined> {
  const stated = { artifactType: statedType(entry.artifactType), annotations: annotationsOf(entry), isAttestation }
  const isRead = !manifest && isDigest(entry.digest) && needsManifest(stated)
  const found = isRead ? await store.find(entry.digest) : manifest
  if (isRead && !found) {
    warn(`The registry lists ${entry.digest} as a referrer of ${subject}, but does not have it; it was left out.`)
    return undefined
  }
  if (isRead && found && !isAttestation && subjectOf(found) !== subject) {
    warn(`The registry lists ${entry.digest} as a referrer of ${subject}, which is wrong; it was left out.`)
    return undefined
  }
  if (isRead && found) store.claim(found.bytes)
  const artifactType = stated.artifactType ?? (found && artifactTypeOf(found.manifest))
  const annotations = { ...(found && annotationsOf(found.manifest)), ...stated.annotations }
  return {
    ...descriptorOf(entry),
    kind: kindOf({ artifactType, annotations, tag, isAttestation }),
    artifactType,
    annotations,
    predicateTypes: predicateTypesOf(annotations, found),
    subject,
    tag,
  }
}

function subjectOf({ manifest }: ManifestInfo): Digest | undefined {
  return 'subject' in manifest ? manifest.subject?.digest : undefined
}
