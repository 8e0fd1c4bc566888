import type { Digest } from '../../src/index.ts'

// What has to become of each archive in `test/archives`. Most of them hold the same image.

/** The config of the image for linux/amd64: its ID. */
const APP: Digest = 'sha256:dd0bdf9a776b31c412fa7b4d8215a1bf0de67f033040abaad68c28ae42e8fda9'
/** The index of that image, the image for linux/arm64/v8, and an attestation of each. */
const MULTI: Digest = 'sha256:4a09bab9f5bcd9c2ef1c4e037f13ea0d76ae674946d499f79e6f3dba85e15c0b'
/** The same index without the attestations. */
const REST: Digest = 'sha256:12078755ad8d5bb53523b9e52c5a3ac2f6726e122f9922e2075c99ba8171f804'
/** The index of that image and an attestation that is an artifact. */
const ATTESTED: Digest = 'sha256:5ad10d25bcd0dccbd0a3b445b9b6405e967173c90a6e8e1587997ff5a9774ef3'
/** The config of an image that has only the first of these layers. */
const BASE: Digest = 'sha256:98cff252fd6f1627f2a786f90b370e995c65466f059b79ec808c7f6f1886613b'
/** The config of an image that has the first of these layers twice. */
const REPEAT: Digest = 'sha256:69c24b6527749e9b8221044a57ee368bd85f4a46cf35b275a47b1e260d187c8b'
/** The config of the image that jib makes. */
const JIB: Digest = 'sha256:d3ea4461b4e01fa41873fe0e19ccd99d61bc88f744b7e8aedff70bb2a6f332fe'

/** The config of an image that BuildKit built. */
const BUILT: Digest = 'sha256:f193c57cf8898301270de0fcd3a7cd93ed0d7e451d9757a5bcb83b1f639c84ec'
/** The index of that image, one for linux/arm64, and an attestation of each. */
const BUILT_MULTI: Digest = 'sha256:f7643d18c02e42d6002876a6b506e153cb49e44c961ae8a01bf431bd6c45e6f1'

const SEVERAL = /^Cannot choose an image: the archive holds [23] /
const NAMELESS = /^Cannot push all images by their names: image 0 has no/

/** An archive that a real tool wrote. `test/archives/README.md` has the version of the tool and its command. */
export interface SavedArchive {
  /** Its name in `test/archives`, without `.tar`. */
  readonly name: string
  /** What arrives under its own names: the digest of the image's config, or of the index. Or the message of the error. */
  readonly own: Readonly<Record<string, Digest>> | RegExp
  /** What arrives under a given name, likewise. */
  readonly given: Digest | RegExp
  /** Manifests that go along with the image: signatures and attestations. @default none */
  readonly referrers?: readonly Digest[]
  /** A warning that has to come. @default there is no warning */
  readonly warning?: RegExp
}

export const SAVED_ARCHIVES: readonly SavedArchive[] = [
  {
    name: 'docker-20.10-graph-driver',
    own: { 'team/app:v1': APP, 'team/app:latest': APP, 'other/app:v1': APP },
    given: APP,
  },
  {
    // The layers of one image are in the wrong order in the layout.
    name: 'docker-25.0.0-graph-driver-order',
    own: { 'team/app:v1': APP, 'team/base:v1': BASE },
    given: SEVERAL,
    warning: /"manifest\.json" was read instead/,
  },
  {
    // One image lacks a layer in the layout, and the layers of another are in the wrong order.
    name: 'docker-25.0.0-graph-driver-layers',
    own: { 'team/app:v1': APP, 'team/base:v1': BASE, 'team/repeat:v1': REPEAT },
    given: SEVERAL,
    warning: /"manifest\.json" was read instead/,
  },
  {
    name: 'docker-25.0.0-containerd-two-platforms',
    own: { 'team/multi:v1': REST },
    given: REST,
    warning: /lacks 2 attestations/,
  },
  {
    name: 'docker-28.5-graph-driver',
    own: { 'team/app:v1': APP, 'team/app:latest': APP, 'other/app:v1': APP },
    given: APP,
  },
  {
    name: 'docker-28.5-containerd-one-platform',
    own: { 'team/multi:v1': APP },
    given: APP,
    warning: /linux\/arm64\/v8/,
  },
  {
    name: 'docker-29.8-graph-driver',
    own: { 'team/app:v1': APP, 'team/app:latest': APP, 'other/app:v1': APP },
    given: APP,
  },
  {
    name: 'docker-29.8-containerd-one-platform',
    own: { 'team/multi:v1': APP },
    given: APP,
    warning: /linux\/arm64\/v8/,
  },
  { name: 'docker-29.8-containerd-two-of-three', own: /linux\/s390x.*platform/s, given: /linux\/s390x.*platform/s },
  { name: 'docker-29.8-containerd-all-platforms', own: { 'team/multi:v1': MULTI }, given: MULTI },
  { name: 'docker-29.8-containerd-attestation-artifact', own: { 'team/artifact:v1': ATTESTED }, given: ATTESTED },
  {
    name: 'docker-29.8-containerd-signed',
    own: { 'team/signed:v1': MULTI },
    given: MULTI,
    referrers: ['sha256:542262840a51cb16f1a9be46b6e6d0f713a7ecde0c8ffb75bac231da0f8cc8dc'],
  },
  {
    name: 'docker-29.8-containerd-several-images',
    own: { 'team/app:v1': APP, 'team/multi:v1': APP, 'team/artifact:v1': ATTESTED },
    given: SEVERAL,
    warning: /linux\/arm64\/v8/,
  },
  {
    name: 'docker-29.8-containerd-referrers',
    own: { 'team/app:v1': APP },
    given: APP,
    referrers: ['sha256:d97b71c060fdc58128878e395401dde783ca004707ac84cb2a0dd713cbd6fa68'],
  },
  {
    name: 'docker-29.8-containerd-by-id',
    own: NAMELESS,
    given: APP,
    referrers: ['sha256:d97b71c060fdc58128878e395401dde783ca004707ac84cb2a0dd713cbd6fa68'],
  },
  { name: 'docker-29.8-containerd-zstd', own: { 'team/zstd:v1': APP }, given: APP },
  {
    name: 'docker-29.8-containerd-content-missing',
    own: /lacks its config or a layer/,
    given: /lacks its config or a layer/,
  },
  { name: 'docker-29.8-export', own: /docker export/, given: /docker export/ },
  { name: 'buildkit-0.33-docker', own: { 'team/built:v1': BUILT }, given: BUILT },
  { name: 'buildkit-0.33-oci', own: { 'team/built:v1': BUILT_MULTI }, given: BUILT_MULTI },
  { name: 'crane-0.22', own: { 'team/app:v1': APP, 'team/base:v1': BASE }, given: SEVERAL },
  { name: 'crane-0.22-zstd', own: { 'team/zstd:v1': APP }, given: APP },
  { name: 'regctl-0.11', own: { 'team/multi:v1': MULTI }, given: MULTI },
  { name: 'ctr-2.3-one-platform', own: { 'team/multi:v1': APP }, given: APP, warning: /linux\/arm64\/v8/ },
  { name: 'oras-1.3', own: NAMELESS, given: MULTI },
  { name: 'oras-1.3-artifact', own: NAMELESS, given: ATTESTED },
  {
    name: 'cosign-3.1-bundle',
    own: NAMELESS,
    given: APP,
    referrers: ['sha256:8b4b2e2035381331ab2e3226e2beb3ef831409531eff3dd6e6bb4ff5fcf3c2ef'],
  },
  {
    name: 'cosign-3.1-sig',
    own: NAMELESS,
    given: APP,
    referrers: ['sha256:d768eb4d5b5be2d60f7484815d54d547e40dae1a106d3b0ef43cfc34953cb77a'],
  },
  { name: 'jib-3.4', own: { 'team/app:latest': JIB, 'team/app:v1': JIB }, given: JIB },
  { name: 'skopeo-1.9-dir', own: NAMELESS, given: APP },
]
