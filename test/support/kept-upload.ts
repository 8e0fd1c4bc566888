import { folderSessions } from '../../src/node/index.ts'
import { storedSession } from './session-store-contract.ts'

/** In bytes: what the registry has of an upload, and the size of its blob. */
const [SENT, SIZE] = [1000, 3000]

/** Opens an upload, sends a part of it, and keeps it in a folder, as an interrupted push does. Returns its location. */
export async function keepUpload(
  registry: string,
  { repository, digest, folder }: { readonly repository: string; readonly digest: string; readonly folder: string },
): Promise<string> {
  const { href } = new URL(registry)
  const uploads = `${href}v2/${repository}/blobs/uploads/`
  const locationOf = (response: Response) => new URL(response.headers.get('location') ?? '', uploads).href
  const opened = locationOf(await fetch(uploads, { method: 'POST' }))
  const headers = { 'content-type': 'application/octet-stream' }
  const location = locationOf(await fetch(opened, { method: 'PATCH', body: 'x'.repeat(SENT), headers }))
  const kept = storedSession({ registry: href, repository, digest: digest as `sha256:${string}`, location })
  const { hashState: _, ...session } = kept
  await folderSessions(folder).set(`${href} ${repository} ${digest}`, { ...session, offset: SENT, size: SIZE })
  return location
}
