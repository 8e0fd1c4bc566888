import type { Referrer } from 'registry-api-v2-client'
import { messages } from '../../src/element/words/messages.ts'

export const $referrerTexts = messages('image/referrer-kinds', {
  'cosign-signature': 'Signature (cosign)',
  'cosign-attestation': 'Attestation (cosign)',
  'cosign-sbom': 'List of contents, SBOM (cosign)',
  'notation-signature': 'Signature (Notary Project)',
  'buildx-attestation': 'Build attestation',
  attestation: 'Attestation',
  sbom: 'List of contents (SBOM)',
  'helm-chart': 'Helm chart',
  unknown: 'Attached files',
  provenance: 'how it was built',
  contents: 'what is in it',
  vulnerabilities: 'known vulnerabilities',
})

type Texts = ReturnType<typeof $referrerTexts.get>

/** Names a referrer, with what an attestation states. */
export function nameReferrer(texts: Texts, { kind, predicateTypes }: Referrer): string {
  const about = predicateTypes.map((type) => predicateInWords(texts, type))
  const isSignature = kind === 'cosign-signature' || kind === 'notation-signature'
  return about.length === 0 || isSignature ? texts[kind] : `${texts[kind]}: ${[...new Set(about)].join(', ')}`
}

function predicateInWords(texts: Texts, type: string): string {
  if (/slsa\.dev\/provenance/.test(type)) return texts.provenance
  if (/spdx|cyclonedx/i.test(type)) return texts.contents
  if (/vuln/i.test(type)) return texts.vulnerabilities
  return type
}
