import { serveSlowLink } from '../../scripts/slow-link.js'
import { bringArchive } from '../archives.js'
import { assertArrived } from '../arrived.js'
import { findContenders } from '../contenders.js'
import { serveCountingProxy } from '../counting-proxy.js'
import { measure } from '../measure.js'
import { withCostOf, withFreshRegistry } from '../registry.js'
import { runInTurn } from '../rounds.js'

/**
 * A case in which an archive is pushed.
 *
 * @typedef {object} PushCase
 * @property {string} name
 * @property {string} title
 * @property {(scale: number) => import('../archives.js').ArchiveSpec} archive
 * @property {readonly import('../contenders.js').ContenderName[]} contenders
 * @property {import('../contenders.js').ContenderName} [floor] Which of them the others are compared with first. Default: `curl`, where it is one of them.
 * @property {boolean} [isAll] Every image under its own name. Default: the first one.
 * @property {boolean} [isPresent] The registry has it already, by the same contender. Default: false.
 * @property {import('../../scripts/slow-link.js').Link} [link] Default: loopback.
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
  const { title, isAll = false, isPresent = false, link } = what
  const { floor = what.contenders.includes('curl') ? 'curl' : undefined } = what
  const { present, absent } = findContenders(what.contenders)
  say('makes the archive')
  const archive = await bringArchive(folder, what.archive(scale))
  const job = { archive, repository: 'bench/app', isAll, folder }
  const runners = present.map((contender) => ({
    name: contender.name,
    title: contender.title,
    count: () => pushed(contender, job, (url) => count(contender, { ...job, url }, isPresent)),
    take: () =>
      pushed(contender, job, (url, registry) =>
        withLink(url, link, (reached) => take(contender, { ...job, url: reached }, isPresent, registry)),
      ),
    mayFail: !contender.countCommand && !contender.isFloor,
  }))
  const blobs = [...archive.layers, ...archive.configs]
  return {
    title,
    ...(floor && { floor }),
    bytes: blobs.reduce((sum, { size }) => sum + size, 0),
    layers: archive.layers.length,
    ...(link && { link }),
    absent,
    ...(await runInTurn(runners, { rounds: what.rounds ?? rounds, say })),
  }
}

/**
 * Has something pushed into a registry of its own, and makes sure that it arrives.
 *
 * @template T
 * @param {import('../contenders.js').Contender} contender
 * @param {Omit<import('../contenders.js').Job, 'url'>} job
 * @param {(url: string, registry: import('../registry.js').FreshRegistry) => Promise<T>} push
 * @returns {Promise<T>}
 */
function pushed(contender, job, push) {
  return withFreshRegistry(async (url, registry) => {
    const outcome = await push(url, registry)
    await assertArrived(contender, { ...job, url })
    return outcome
  })
}

/**
 * @param {import('../contenders.js').Contender} contender
 * @param {import('../contenders.js').Job} job
 * @param {boolean} isPresent It has pushed the same before.
 * @param {import('../registry.js').FreshRegistry} registry
 * @returns {Promise<import('../measure.js').Sample>}
 */
async function take({ command, report, isClient }, job, isPresent, registry) {
  if (isPresent) await measure(await command(job))
  const made = await command(job)
  return withCostOf(registry, async () => {
    const { sample, stdout } = await measure(made)
    return isClient ? { seconds: sample.seconds } : { ...sample, ...report?.(stdout) }
  })
}

/**
 * @param {import('../contenders.js').Contender} contender
 * @param {import('../contenders.js').Job} job
 * @param {boolean} isPresent It has pushed the same before.
 * @returns {Promise<import('../results.js').Shown['counts']>}
 */
async function count(contender, job, isPresent) {
  const proxy = await serveCountingProxy(job.url)
  try {
    const counted = { ...job, url: proxy.url }
    if (isPresent) {
      await measure(await contender.command(counted))
      proxy.forget()
    }
    if (!contender.countCommand) {
      await measure(await contender.command(counted))
      return proxy.counts()
    }
    const { stdout } = await measure(contender.countCommand(counted))
    return { ...proxy.counts(), ...JSON.parse(stdout).counts }
  } finally {
    await proxy.stop()
  }
}

/**
 * @template T
 * @param {string} url
 * @param {import('../../scripts/slow-link.js').Link | undefined} link
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
