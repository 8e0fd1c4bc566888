import type { Digest } from './digest.ts'

const REFERRER_TAG = /^sha256-([0-9a-f]{64})(?:\.\w+)?$/

/** The tag by which cosign finds signatures (`sig`), attestations (`att`) and SBOMs (`sbom`) of a manifest. */
export function referrerTag(subject: Digest, ending: string): string {
  return `${subject.replace(':', '-')}.${ending}`
}

/**
 * The tag of the list of referrers, in registries without the referrers API (distribution-spec § Referrers Tag Schema):
 * at most 32 characters of the algorithm and 64 of the hash, because a longer digest is too long for a tag.
 */
export function referrersTag(subject: Digest): string {
  const [algorithm = '', hash = ''] = subject.split(':')
  return `${algorithm.slice(0, 32)}-${hash.slice(0, 64)}`.replaceAll(/[^\w.-]/g, '-')
}

/** The endings of cosign's tags. */
export const COSIGN_ENDINGS: readonly string[] = ['sig', 'att', 'sbom']

/**
 * The manifest that a tag is about: such a tag is cosign's, or without an ending that of a list of referrers
 * (distribution-spec § Referrers Tag Schema).
 */
export function subjectOfTag(tag: string | undefined): Digest | undefined {
  const hex = REFERRER_TAG.exec(tag ?? '')?.[1]
  return hex === undefined ? undefined : `sha256:${hex}`
}

/** Tells whether a tag is about the manifest that its name says, such as a signature of cosign's. */
export function isReferrerTag(tag: string): boolean {
  return tag.includes('.') && subjectOfTag(tag) !== undefined
}
