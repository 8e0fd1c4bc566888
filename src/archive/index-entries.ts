import type { Image } from '../images/image.ts'
import { COSIGN_KIND, COSIGN_KINDS, IMAGE_NAME, REF_NAME, SUBJECT } from '../oci/annotations.ts'
import { type Digest, isDigest } from '../oci/digest.ts'
import { type JsonObject, objectField, textField } from '../oci/json.ts'
import type { IndexEntry } from '../oci/manifest.ts'
import { referrerTag, subjectOfTag } from '../oci/referrer-tag.ts'

const COSIGN_IMAGE = /^dev\.cosignproject\.cosign\/image(?:Index)?$/

/** All entries of `index.json` for one manifest. */
export interface Listing extends Pick<Image, 'names' | 'tags'> {
  /** The first of its entries. */
  readonly entry: IndexEntry
  /** The manifest that this one is about, if the entries say so. */
  readonly about: Digest | undefined
}

/** Puts together what the entries of `index.json` say of each manifest. One manifest may have several names. */
export function readListings(entries: readonly IndexEntry[]): readonly Listing[] {
  const groups = new Map<Digest, [IndexEntry, ...IndexEntry[]]>()
  for (const entry of entries) {
    const group = groups.get(entry.digest)
    if (group) group.push(entry)
    else groups.set(entry.digest, [entry])
  }
  let signed = entries.find(isSignedImage)?.digest
  return [...groups.values()].map((group) => {
    const [entry] = group
    if (isSignedImage(entry)) signed = entry.digest
    const ending = COSIGN_KINDS[textField(annotationsOf(entry), COSIGN_KIND) ?? '']
    const about = aboutIn(entry)
    const subject = about ?? signed
    if (ending && subject) return { entry, names: [], tags: [referrerTag(subject, ending)], about: subject }
    const named = namesIn(group)
    return { entry, ...named, about: about ?? subjectOfTag(named.tags[0]) }
  })
}

/** Nothing says whether a text is a whole name or a tag alone: a tag has neither a slash nor a colon. */
function namesIn(entries: readonly IndexEntry[]): Pick<Image, 'names' | 'tags'> {
  const names = new Set<string>()
  const tags = new Set<string>()
  for (const entry of entries) {
    const annotations = annotationsOf(entry)
    const refName = textField(annotations, REF_NAME)
    const isName = refName !== undefined && /[/:]/.test(refName)
    const name = textField(annotations, IMAGE_NAME) ?? (isName ? refName : undefined)
    if (name !== undefined) names.add(name)
    else if (refName !== undefined) tags.add(refName)
  }
  return { names: [...names], tags: [...tags] }
}

function aboutIn(entry: IndexEntry): Digest | undefined {
  const about = annotationsOf(entry)[SUBJECT]
  return isDigest(about) ? about : undefined
}

function isSignedImage(entry: IndexEntry): boolean {
  return COSIGN_IMAGE.test(textField(annotationsOf(entry), COSIGN_KIND) ?? '')
}

function annotationsOf(entry: IndexEntry): JsonObject {
  return objectField({ ...entry }, 'annotations')
}
