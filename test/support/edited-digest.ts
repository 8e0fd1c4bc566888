import { type Digest, editImage, type Image, type ImageEdits } from '../../src/index.ts'

/** An edit whose result is known: it has to be the same on every runtime. */
const KNOWN_EDIT: ImageEdits = {
  labels: { b: '2', a: 'one', '1': 'a number, "quoted"', ünïcode: '\u{1f680}' },
  annotations: { y: '2', x: '1' },
  env: { A: '1', PATH: '/bin' },
  user: 'node',
  exposedPorts: [8080, '53/udp'],
  created: '2026-01-31T12:00:00Z',
}
/** Of the default image of `createTestArchive`. */
export const KNOWN_DIGEST: Digest = 'sha256:e3f320a84af1d366665202cd39608ffbe68ac665443bca8858d662e4a0b4db57'

/** The digest that the edit gives. */
export async function editedDigest(image: Image): Promise<Digest> {
  return (await editImage(image, KNOWN_EDIT)).manifest.digest
}
