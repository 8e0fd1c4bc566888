import type { Descriptor } from '../../src/index.ts'
import { createLayout, type LayoutBuilder, withName, withPlatform } from './layout.ts'

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'

/** A multi-platform image with everything that may be about it. */
export interface SignedLayout {
  readonly layout: LayoutBuilder
  readonly index: Descriptor
  readonly children: readonly Descriptor[]
  /** About the index. */
  readonly sbom: Descriptor
  /** About the SBOM. */
  readonly signature: Descriptor
  /** About the second child. */
  readonly childSbom: Descriptor
  /** By cosign's tag, of the first child. It has no subject. */
  readonly cosign: Descriptor
  readonly cosignTag: string
}

/** Makes an artifact that is about a manifest, or about nothing by itself. */
export async function addArtifact(
  layout: LayoutBuilder,
  artifactType: string,
  {
    subject,
    annotations,
  }: { readonly subject?: Descriptor; readonly annotations?: Readonly<Record<string, string>> } = {},
): Promise<Descriptor> {
  const config = await layout.add('application/vnd.oci.empty.v1+json', '{}')
  const layers = [await layout.add('text/plain', `${artifactType} of ${subject?.digest}`)]
  const fields = { schemaVersion: 2, mediaType: MANIFEST, artifactType, config, layers, subject, annotations }
  return layout.add(MANIFEST, fields)
}

/** @param name The name of the index in the layout. */
export async function signedLayout(name = 'team/app:v1'): Promise<SignedLayout> {
  const layout = createLayout()
  const children = [await layout.addImage(), await layout.addImage({ architecture: 'arm64' })]
  const [amd64, arm64] = children as [Descriptor, Descriptor]
  const index = await layout.addIndex([withPlatform(amd64, 'linux/amd64'), withPlatform(arm64, 'linux/arm64')])
  const sbom = await addArtifact(layout, 'application/x.sbom', { subject: index, annotations: { 'x.note': 'index' } })
  const signature = await addArtifact(layout, 'application/x.signature', { subject: sbom })
  const childSbom = await addArtifact(layout, 'application/x.sbom', { subject: arm64 })
  const cosign = await addArtifact(layout, 'application/x.cosign')
  const cosignTag = `${amd64.digest.replace(':', '-')}.sig`
  layout.list(withName(index, name), { ...sbom }, { ...signature }, { ...childSbom }, withName(cosign, cosignTag))
  return { layout, index, children, sbom, signature, childSbom, cosign, cosignTag }
}
