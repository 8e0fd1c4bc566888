import { findGoProgram } from '../../scripts/find/go-program.js'

/** @returns {import('../contenders.js').Contender | undefined} */
export function findCrane() {
  const crane = findGoProgram('crane')
  if (!crane) return undefined
  return {
    name: 'crane',
    title: 'crane push (compresses)',
    async command({ archive, url, repository }) {
      return [crane, 'push', '--insecure', archive.path, `${new URL(url).host}/${repository}:v1`]
    },
  }
}
