import { execFileSync } from 'node:child_process'
import { findExecutable } from '../../scripts/find/executable.js'

/** The Python of a virtual environment comes first on the PATH where that is active. */
const NAMES = ['python3', 'python']
const PROGRAM = `
import asyncio, sys
from registry_api_v2_client import push_docker_tar
asyncio.run(push_docker_tar(sys.argv[1], sys.argv[2], sys.argv[3], "v1"))
`

/**
 * The library of the same name for Python, which this one follows: `pip install registry-api-v2-client`.
 *
 * @returns {import('../contenders.js').Contender | undefined}
 */
export function findPython() {
  const path = NAMES.map(findExecutable).find((python) => python && hasLibrary(python))
  if (!path) return undefined
  return {
    name: 'python',
    title: 'the Python library',
    async command({ archive, url, repository }) {
      return [path, '-c', PROGRAM, archive.path, url, repository]
    },
  }
}

/** @param {string} python */
function hasLibrary(python) {
  try {
    execFileSync(python, ['-c', 'import registry_api_v2_client'], { stdio: 'ignore', timeout: 30_000 })
    return true
  } catch {
    // pip has not installed it.
    return false
  }
}
