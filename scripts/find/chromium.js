import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright'
import { canInstallDebianPackages, installDebianPackage } from './debian.js'
import { findExecutable } from './executable.js'

const PLAYWRIGHT = fileURLToPath(new URL('../../node_modules/playwright/cli.js', import.meta.url))
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/**
 * Finds a Chromium on this machine: playwright's own, else an installed one.
 *
 * @returns {string | undefined} its path
 */
export function findChromium() {
  const own = chromium.executablePath()
  return existsSync(own) ? own : NAMES.map(findExecutable).find(Boolean)
}

/**
 * Finds a Chromium, or brings one: by playwright, else as Debian's package.
 *
 * @returns {string} its path
 */
export function bringChromium() {
  const found = findChromium()
  if (found) return found
  const tried = []
  try {
    console.log('No Chromium here: trying "playwright install chromium"')
    execFileSync(process.execPath, [PLAYWRIGHT, 'install', 'chromium'], { stdio: 'inherit', timeout: 600_000 })
  } catch (error) {
    tried.push(`playwright cannot install one (${/** @type {Error} */ (error).message})`)
  }
  if (!findChromium() && canInstallDebianPackages()) installDebianPackage('chromium')
  const brought = findChromium()
  if (brought) return brought
  throw new Error(`No Chromium can be had: ${tried.join('; ')}. Install Chromium or Chrome and try again.`)
}
