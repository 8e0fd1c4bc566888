import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What the tests say of the newest Node, they say of this version. */
export const NEWEST_NODE = '26.10.0'

const FOLDER = fileURLToPath(new URL(`../../.cache/node-${NEWEST_NODE}`, import.meta.url))
const PACKAGE = `node-${process.platform}-${process.arch}`
const NPM_OPTIONS = ['--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts']

/**
 * Brings the newest Node as a package of npm, once: `.cache` keeps it.
 *
 * @returns {string} its path
 */
export function bringNewestNode() {
  if (!existsSync(FOLDER)) install()
  return join(FOLDER, 'node_modules', PACKAGE, 'bin', 'node')
}

function install() {
  console.log(`Installing the npm package ${PACKAGE}@${NEWEST_NODE}`)
  // Another run may be installing it too: neither finds half a Node.
  const draft = `${FOLDER}.${process.pid}`
  mkdirSync(draft, { recursive: true })
  try {
    const args = ['install', '--prefix', draft, ...NPM_OPTIONS, `${PACKAGE}@${NEWEST_NODE}`]
    execFileSync('npm', args, { stdio: ['ignore', 'ignore', 'inherit'] })
    if (!existsSync(FOLDER)) renameSync(draft, FOLDER)
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}
