/**
 * Makes sure that what was to be pushed is in the registry: who does nothing is fast.
 *
 * @param {import('./contenders.js').Contender} contender
 * @param {import('./contenders.js').Job} job
 */
export async function assertArrived(contender, { archive, url, repository, isAll }) {
  const blobs = [...archive.layers, ...archive.configs].map(({ digest }) => `${repository}/blobs/${digest}`)
  const names = isAll ? archive.names.map((name) => name.split(':')[0]) : [repository]
  const manifests = names.map((name) => `${name}/manifests/v1`)
  const accept = 'application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json'
  for (const path of contender.isFloor ? blobs : manifests) {
    const { status } = await fetch(`${url}/v2/${path}`, { method: 'HEAD', headers: { accept } })
    if (status !== 200) throw new Error(`${contender.title} has not pushed ${path}: the registry answers ${status}.`)
  }
}
