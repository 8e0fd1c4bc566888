import { ACR } from './profiles/acr.ts'
import { ARTIFACTORY } from './profiles/artifactory.ts'
import { CLOUDFLARE } from './profiles/cloudflare.ts'
import { DISTRIBUTION_2, DISTRIBUTION_3 } from './profiles/distribution.ts'
import { ECR } from './profiles/ecr.ts'
import { GAR } from './profiles/gar.ts'
import { GHCR } from './profiles/ghcr.ts'
import { HARBOR } from './profiles/harbor.ts'
import { HUB } from './profiles/hub.ts'
import { NEXUS } from './profiles/nexus.ts'
import { QUAY } from './profiles/quay.ts'
import { ZOT } from './profiles/zot.ts'
import type { Rules } from './rules.ts'

/** A real registry whose behavior the in-memory registry can imitate. */
export type RegistryProfile =
  | 'distribution-2'
  | 'distribution-3'
  | 'ecr'
  | 'ghcr'
  | 'gar'
  | 'acr'
  | 'harbor'
  | 'quay'
  | 'nexus'
  | 'artifactory'
  | 'hub'
  | 'cloudflare'
  | 'zot'

/**
 * How each registry differs from the spec. Lists only differences that broke clients: a registry may be more lenient
 * than its profile.
 */
export const PROFILES: Readonly<Record<RegistryProfile, Rules>> = {
  'distribution-2': DISTRIBUTION_2,
  'distribution-3': DISTRIBUTION_3,
  ecr: ECR,
  ghcr: GHCR,
  gar: GAR,
  acr: ACR,
  harbor: HARBOR,
  quay: QUAY,
  nexus: NEXUS,
  artifactory: ARTIFACTORY,
  hub: HUB,
  cloudflare: CLOUDFLARE,
  zot: ZOT,
}
