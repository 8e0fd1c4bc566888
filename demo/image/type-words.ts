import { messages } from '../../src/element/words/messages.ts'
import type { DescribedImage } from '../worker/image.ts'

export const $typeTexts = messages('image/type', {
  image: 'Container image',
  index: 'List of images (index)',
  artifact: 'Artifact: files, not an image that can run',
  helm: 'Helm chart',
  attestation: 'Attestation: facts about a build',
  signature: 'Signature',
  sbom: 'List of contents (SBOM)',
})

type Texts = ReturnType<typeof $typeTexts.get>

/** Says what a manifest is, in words. */
export function typeInWords(texts: Texts, { kind, artifactType = '', layers }: DescribedImage): string {
  const types = [artifactType, ...layers.map(({ mediaType }) => mediaType)].join(' ')
  if (/\bin-toto\b|\battestation\b/.test(types)) return texts.attestation
  if (kind !== 'artifact') return texts[kind]
  if (types.includes('helm.config')) return texts.helm
  if (/notary\.signature|simplesigning|sigstore\.bundle/.test(types)) return texts.signature
  if (/spdx|cyclonedx|syft/.test(types)) return texts.sbom
  return texts.artifact
}
