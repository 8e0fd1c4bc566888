import { claimedDigest } from '../archive/docker-layer.ts'
import type { Digest } from '../oci/digest.ts'

/** A digest that a path names. */
interface Claim {
  readonly digest: Digest
  /** True if the path says that the file has this digest. Otherwise the digits may be something else, such as an ID. */
  readonly isCertain: boolean
}

/** `<diff ID>.tar` (podman, skopeo), `<digest>.tar.gz` (crane, kaniko), `<diff ID>/layer.tar` (nix). */
const HEX = /(?:^|\/)([0-9a-f]{64})(?:\.tar(?:\.gz)?|\/layer\.tar)?$/

/** Finds the digest that the path of an entry names. */
export function claimIn(path: string): Claim | undefined {
  const certain = claimedDigest(path.slice(Math.max(path.search(/(?:blobs\/sha256\/|sha256:)[0-9a-f]{64}$/), 0)))
  if (certain) return { digest: certain, isCertain: true }
  const hex = HEX.exec(path)?.[1]
  return hex === undefined ? undefined : { digest: `sha256:${hex}`, isCertain: false }
}
