import { serveSlowLink } from '../../test/support/slow-link.js'
import { bringArchive } from '../archives.js'
import { assertArrived } from '../arrived.js'
import { findContenders } from '../contenders.js'
import { serveCountingProxy } from '../counting-proxy.js'
import { measure } from '../measure.js'
import { startFreshRegistry } from '../registry.js'
import { pushCommand, sdk } from '../sdk.js'

/**
 * A case in which an archive is pushed.
 *
 * @typedef {object} PushCase
 * @property {string} name
 * @property {string} title
 * @property {(scale: number) => import('../archives.js').ArchiveSpec} archive
 * @property {readonly import('../contenders.js').ContenderName[]} contenders
 * @property {boolean} [isAll] Every image under its own name. Default: the first one.
 * @property {boolean} [isPresent] The registry has it already, by the same contender. Default: false.
 * @property {import('../../test/support/slow-link.js').Link} [link] Default: loopback.
 * @property {boolean} [isOnlyNamed] Too long for every day: it runs when it is asked for. Default: false.
 * @property {number} [rounds] Default: as the command says.
 */

/**
 * @param {PushCase} what
 * @returns {import('./index.js').Case}
 */
export function pushCase(what) {
  const { name, title, isOnlyNamed = false } = what
  return { name, title, isOnlyNamed, run: (context) => runPushCase(what, context) }
}

/**
 * @param {PushCase} what
 * @param {import('./index.js').Context} context
 * @returns {Promise<import('../results.js').CaseResult>}
 */
async function runPushCase(what, { folder, scale, rounds, say }) {
  const { present, absent } = findContenders(what.contenders)
  say('makes the archive')
  const archive = await bringArchive(folder, what.archive(scale))
  const { isAll = false, isPresent = false, link } = what
  /** @param {string} url */
  const jobAt = (url) => ({ archive, url, repository: 'bench/app', isAll, folder })
  /** @type {Record<string, { title: string, samples: import('../measure.js').Sample[], counts: import('../results.js').Shown['counts'] }>} */
  const contenders = {}
  /** @type {Set<import('../contenders.js').Contender>} */
  const unable = new Set()
  for (const contender of present) {
    // This run warms up the caches as well.
    say(`counts what ${contender.name} asks`)
    try {
      const counts = await withRegistry(async (url) => {
        if (isPresent) await measure(await contender.command(jobAt(url)))
        const counts = await count(contender, jobAt(url))
        await assertArrived(url, contender, jobAt(url))
        return counts
      })
      contenders[contender.name] = { title: contender.title, samples: [], counts }
    } catch (error) {
      // There are archives that others do not read.
      if (contender === sdk || contender.isFloor) throw error
      say(`${/** @type {Error} */ (error).message}`)
      unable.add(contender)
    }
  }
  const able = present.filter((contender) => !unable.has(contender))
  for (let round = 0; round < (what.rounds ?? rounds); round++) {
    for (const contender of able) {
      const sample = await withRegistry(async (url) => {
        if (isPresent) await measure(await contender.command(jobAt(url)))
        const sample = await withLink(url, link, (reached) => take(contender, jobAt(reached)))
        await assertArrived(url, contender, jobAt(url))
        return sample
      })
      say(`round ${round + 1}: ${contender.name} ${sample.seconds.toFixed(2)} s`)
      contenders[contender.name]?.samples.push(sample)
    }
  }
  const blobs = [...archive.layers, ...archive.configs]
  return {
    title: what.title,
    ...(what.contenders.includes('curl') && { floor: 'curl' }),
    bytes: blobs.reduce((sum, { size }) => sum + size, 0),
    layers: archive.layers.length,
    ...(link && { link }),
    contenders,
    absent,
    unable: [...unable].map(({ name }) => name),
  }
}

/**
 * @param {import('../contenders.js').Contender} contender
 * @param {import('../contenders.js').Job} job
 * @returns {Promise<import('../measure.js').Sample>}
 */
async function take({ command, report, isClient }, job) {
  const { sample, stdout } = await measure(await command(job))
  return isClient ? { seconds: sample.seconds } : { ...sample, ...report?.(stdout) }
}

/**
 * @param {import('../contenders.js').Contender} contender
 * @param {import('../contenders.js').Job} job
 * @returns {Promise<import('../results.js').Shown['counts']>}
 */
async function count(contender, job) {
  const proxy = await serveCountingProxy(job.url)
  try {
    const counted = { ...job, url: proxy.url }
    if (contender !== sdk) {
      await measure(await contender.command(counted))
      return proxy.counts()
    }
    const { stdout } = await measure(pushCommand(counted, { isCounted: true }))
    return { ...proxy.counts(), ...JSON.parse(stdout).counts }
  } finally {
    await proxy.stop()
  }
}

/**
 * @template T
 * @param {(url: string) => Promise<T>} use
 * @returns {Promise<T>}
 */
async function withRegistry(use) {
  const registry = await startFreshRegistry()
  try {
    return await use(registry.url)
  } finally {
    await registry.stop()
  }
}

/**
 * @template T
 * @param {string} url
 * @param {import('../../test/support/slow-link.js').Link | undefined} link
 * @param {(url: string) => Promise<T>} use
 * @returns {Promise<T>}
 */
async function withLink(url, link, use) {
  if (!link) return use(url)
  const slow = await serveSlowLink(url, link)
  try {
    return await use(slow.url)
  } finally {
    await slow.stop()
  }
}
