import { execFileSync } from 'node:child_process'
import { findExecutable } from './executable.js'

/** Whether this is a Debian or a kin of it, and we may install on it. */
export function canInstallDebianPackages() {
  return process.getuid?.() === 0 && findExecutable('apt-get') !== undefined
}

/**
 * Installs a package of Debian's.
 *
 * @param {string} name
 */
export function installDebianPackage(name) {
  console.log(`Installing Debian's package "${name}"`)
  const options = { stdio: /** @type {const} */ ('ignore'), env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }
  execFileSync('apt-get', ['update', '-qq'], options)
  execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', name], options)
}
