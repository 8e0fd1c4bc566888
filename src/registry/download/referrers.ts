import { runPool } from '../../async/pool.ts'
import { fixed } from '../../async/semaphore.ts'
import { unlessUnverifiable } from '../../images/content-store.ts'
import type { Image } from '../../images/image.ts'
import type { ReadImageTree } from '../../images/image-tree.ts'
import { isWhole } from '../../images/platforms.ts'
import { type Digest, isDigest } from '../../oci/digest.ts'
import type { ManifestInfo } from '../read-manifest.ts'
import { type FoundReferrers, findReferrers } from './find-referrers.ts'
import { entryOf } from './manifest-entry.ts'
import type { RegistryStore } from './registry-store.ts'

/** The reader of referrers. */
interface ReferrerReading {
  readonly store: RegistryStore
  readonly read: ReadImageTree
  readonly warn: (warning: string) => void
  readonly signal: AbortSignal | undefined
}

/** Manifests that are looked at at once. */
const CONCURRENCY = fixed(6)

/**
 * Adds to an image, and to all images in it, the images that are about them, and those about these in turn: by the
 * referrers API, by the tag that other clients set without it (distribution-spec § Referrers Tag Schema), and
 * by the tags of cosign.
 */
export async function attachReferrers(image: Image, reading: ReferrerReading): Promise<Image> {
  const { store, warn } = reading
  const about = new Map<Digest, readonly Image[]>()
  const visited = new Set<Digest>()
  let level: readonly Image[] = [image]
  for (let depth = 0; level.length > 0; depth++) {
    const subjects = [...new Set(level.flatMap(digestsUnder))].filter((digest) => !visited.has(digest))
    if (subjects.length > 0 && depth > store.limits.indexDepth) {
      warn(`Referrers of referrers deeper than ${store.limits.indexDepth} levels were left out.`)
      break
    }
    for (const subject of subjects) visited.add(subject)
    const found = await findAll(subjects, reading)
    expectFound([...found.values()], store)
    const next: Image[] = []
    for (const [subject, names] of found) {
      // A tag of cosign may lead back to an image that was visited.
      const isNew = (image: Image) => !digestsUnder(image).some((digest) => visited.has(digest))
      const images = (await readFound(subject, names, reading)).filter(isNew)
      about.set(subject, images)
      next.push(...images)
    }
    level = next
  }
  return attached(image, about)
}

/** Looks for what is about manifests. Returns it in the order of the subjects, whatever the network does. */
async function findAll(
  subjects: readonly Digest[],
  { store, signal }: ReferrerReading,
): Promise<ReadonlyMap<Digest, FoundReferrers>> {
  const found = new Map<Digest, FoundReferrers>()
  await runPool(subjects, CONCURRENCY, signal, async (subject, signal) => {
    found.set(subject, await findReferrers({ store, subject, isRepository: true }, signal))
  })
  return new Map(subjects.map((subject) => [subject, found.get(subject) as FoundReferrers]))
}

/** Lets the store read what was found before its turn. */
function expectFound(found: readonly FoundReferrers[], store: RegistryStore): void {
  const tagged = found.map(({ tagged }) => [...tagged.values()])
  for (const manifest of tagged.flat()) store.keep(manifest)
  store.expect(
    found.flatMap(({ entries }, index) => [...entries, ...(tagged[index] ?? [])]).map(({ digest }) => digest),
  )
}

/** Reads what is about a manifest. Leaves out, with a warning, what is not, or not whole. */
async function readFound(
  subject: Digest,
  { entries, tagged }: FoundReferrers,
  reading: ReferrerReading,
): Promise<readonly Image[]> {
  const { store, warn } = reading
  const images: Image[] = []
  for (const { digest } of entries) {
    const found = isDigest(digest) ? await store.find(digest) : undefined
    const image = found && (await readTree(found, reading))
    if (!image)
      warn(`The registry lists ${digest} as a referrer of ${subject}, but does not have all of it; it was left out.`)
    else if (image.subject !== subject)
      warn(`The registry lists ${digest} as a referrer of ${subject}, which is wrong; it was left out.`)
    else images.push(image)
  }
  for (const [tag, found] of tagged) {
    const image = await readTree(found, reading)
    if (image) images.push({ ...image, tags: [tag], subject: image.subject ?? subject })
    else warn(`The registry does not have all of ${found.digest}, which the tag ${tag} names; it was left out.`)
  }
  return images
}

async function readTree(found: ManifestInfo, { store, read }: ReferrerReading): Promise<Image | undefined> {
  const image = await unlessUnverifiable(store, read(entryOf(found), store.name))
  return image && isWhole(image) ? image : undefined
}

function digestsUnder({ manifest, children }: Image): readonly Digest[] {
  return [manifest.digest, ...children.flatMap(digestsUnder)]
}

function attached(image: Image, about: ReadonlyMap<Digest, readonly Image[]>): Image {
  return {
    ...image,
    children: image.children.map((child) => attached(child, about)),
    referrers: (about.get(image.manifest.digest) ?? []).map((referrer) => attached(referrer, about)),
  }
}
