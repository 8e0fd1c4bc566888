import { findUploadProfile, type UploadProfile, type UploadProfileName } from './profile.ts'

/** How a registry takes blobs: its profile, and the limits that were learned since the handle was opened. */
export interface Capabilities {
  readonly current: UploadProfile
  /** Takes something better than before. */
  learn(lesson: Partial<UploadProfile>): void
}

/** @param given The profile that the caller names, or what they know. @default that of the registry's host */
export function createCapabilities(
  registry: URL,
  given: UploadProfileName | Partial<UploadProfile> | undefined,
): Capabilities {
  let current = findUploadProfile(registry, given)
  return {
    get current() {
      return current
    },
    learn(lesson) {
      current = { ...current, ...lesson }
    },
  }
}
