import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright'
import { bringChromium } from '../find/chromium.js'

const ARGS = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-background-networking']

/** Starts a Chromium whose contexts are private windows. */
export function startBrowser() {
  return chromium.launch({ executablePath: bringChromium(), args: ARGS })
}

/**
 * Starts a Chromium with a profile on the disk, as people have it. A private window keeps Blobs in memory.
 *
 * @returns {Promise<{ context: import('playwright').BrowserContext, memory: () => number, close: () => Promise<void> }>} its only context, and
 *   the private resident memory of all its processes in bytes
 */
export async function startProfile() {
  const profile = mkdtempSync(join(tmpdir(), 'profile-'))
  const context = await chromium.launchPersistentContext(profile, { executablePath: bringChromium(), args: ARGS })
  return {
    context,
    memory: () => memoryOf(profile),
    async close() {
      await context.close()
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/** @param {string} profile */
function memoryOf(profile) {
  const processes = readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .flatMap((pid) => describe(pid) ?? [])
  const ours = new Set(processes.filter(({ command }) => command.includes(profile)).map(({ pid }) => pid))
  // A child has a higher number than its parent, as long as the numbers have not begun again.
  for (const { pid, parent } of processes) if (ours.has(parent)) ours.add(pid)
  return processes.filter(({ pid }) => ours.has(pid)).reduce((sum, { resident }) => sum + resident, 0)
}

/** @param {string} pid */
function describe(pid) {
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const read = (/** @type {string} */ name) => Number(new RegExp(`^${name}:\\s+([0-9]+)`, 'm').exec(status)?.[1] ?? 0)
    // What is shared between the processes counts once, as a part of none: private memory is what each has for itself.
    return { pid: Number(pid), parent: read('PPid'), command, resident: read('RssAnon') * 1024 }
  } catch {
    // It ended meanwhile.
    return undefined
  }
}
