import { execFileSync } from 'node:child_process'
import { findExecutable } from '../../scripts/find/executable.js'

const PROGRAM = 'docker load --quiet --input "$1" && docker tag "$2" "$3" && docker push --quiet "$3"'

/**
 * Only where an engine runs.
 *
 * @returns {import('../contenders.js').Contender | undefined}
 */
export function findDocker() {
  if (!findExecutable('docker') || !docker('info')) return undefined
  return {
    name: 'docker',
    title: 'docker load, docker push (compresses)',
    isClient: true,
    async command({ archive, url, repository }) {
      const [name = ''] = archive.names
      const target = `${new URL(url).host}/${repository}:v1`
      // What an earlier run has loaded would be there already.
      docker('image', 'rm', '--force', name, target)
      return ['sh', '-c', PROGRAM, 'sh', archive.path, name, target]
    },
  }
}

/** @param {readonly string[]} args */
function docker(...args) {
  try {
    execFileSync('docker', args, { stdio: 'ignore', timeout: 60_000 })
    return true
  } catch {
    // No engine, or no such image.
    return false
  }
}
