import { findExecutable } from '../../scripts/find/executable.js'

/** @returns {import('../contenders.js').Contender | undefined} */
export function findSkopeo() {
  if (!findExecutable('skopeo')) return undefined
  return {
    name: 'skopeo',
    title: 'skopeo copy (compresses)',
    async command({ archive, url, repository }) {
      const target = `docker://${new URL(url).host}/${repository}:v1`
      return ['skopeo', 'copy', '--dest-tls-verify=false', `docker-archive:${archive.path}`, target]
    },
  }
}
