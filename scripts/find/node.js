import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The version that the tests call the newest Node. */
export const NEWEST_NODE = '26.10.0'

/** The oldest line of Node that package.json allows. */
export const OLDEST_NODE = '22.23.5'

const PACKAGE = `node-${process.platform}-${process.arch}`
const NPM_OPTIONS = ['--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts']

/**
 * Brings a Node as a package of npm, once: `.cache` keeps it.
 *
 * @param {string} version
 * @returns {string} its path
 */
export function bringNode(version) {
  const folder = fileURLToPath(new URL(`../../.cache/node-${version}`, import.meta.url))
  if (!existsSync(folder)) install(version, folder)
  return join(folder, 'node_modules', PACKAGE, 'bin', 'node')
}

/**
 * @param {string} version
 * @param {string} folder
 */
function install(version, folder) {
  console.log(`Installing the npm package ${PACKAGE}@${version}`)
  // Another run may be installing it too: neither finds half a Node.
  const draft = `${folder}.${process.pid}`
  mkdirSync(draft, { recursive: true })
  try {
    const args = ['install', '--prefix', draft, ...NPM_OPTIONS, `${PACKAGE}@${version}`]
    execFileSync('npm', args, { stdio: ['ignore', 'ignore', 'inherit'] })
    if (!existsSync(folder)) renameSync(draft, folder)
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}
