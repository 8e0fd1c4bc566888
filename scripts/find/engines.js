import { canInstallDebianPackages, installDebianPackage } from './debian.js'
import { findExecutable } from './executable.js'

/**
 * Finds a stock Firefox on this machine.
 *
 * @returns {string | undefined} its path
 */
export function findFirefox() {
  return ['firefox-esr', 'firefox'].map(findExecutable).find(Boolean)
}

/**
 * Finds Firefox, the driver of WebKitGTK and the display that it needs, or brings them as packages of Debian's.
 *
 * @returns {Record<string, string>} the path of each
 */
export function bringEngines() {
  return {
    Firefox: bring('Firefox', findFirefox, 'firefox-esr'),
    WebKit: bring('WebKitWebDriver', () => findExecutable('WebKitWebDriver'), 'webkit2gtk-driver'),
    Xvfb: bring('Xvfb', () => findExecutable('Xvfb'), 'xvfb'),
  }
}

/**
 * @param {string} name
 * @param {() => string | undefined} find
 * @param {string} debianPackage
 * @returns {string} its path
 */
function bring(name, find, debianPackage) {
  if (!find() && canInstallDebianPackages()) installDebianPackage(debianPackage)
  const path = find()
  if (path) return path
  throw new Error(`No ${name} can be had: install it (on Debian the package ${debianPackage}) and try again.`)
}
