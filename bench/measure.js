import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'

/**
 * What a run took. What cannot be told is left out.
 *
 * @typedef {object} Sample
 * @property {number} seconds From the start of the process to its end.
 * @property {number} [firstSeconds] To the first result of many.
 * @property {number} [workSeconds] Without what the runtime took to start.
 * @property {number} [cpuSeconds] On all cores, with its children.
 * @property {number} [registryCpuSeconds] What the registry took of all cores meanwhile.
 * @property {number} [peakBytes] The largest resident set of its largest process.
 * @property {number} [readBytes] By read calls of all kinds: from files, pipes and sockets.
 * @property {number} [heapBytes] The largest JS heap, of a page and its workers.
 * @property {number} [droppedFrames] In a page.
 * @property {number} [frames] In a page, that were shown.
 */

/** In milliseconds. A high-water mark only rises, so it is enough to look now and then. */
const INTERVAL = 25

/** A run that hangs is no run. In milliseconds. */
const LIMIT = 15 * 60_000

/** Runs a program, and says on the third stream what it and its children took: the shell's own sums, which are exact. */
const WRAPPER = '"$@"; status=$?; { times; cat /proc/$$/io; } >&3 2>/dev/null; exit $status'

/**
 * Runs a program, and measures it.
 *
 * @param {readonly string[]} command
 * @returns {Promise<{ sample: Sample, stdout: string }>}
 */
export async function measure(command) {
  const start = performance.now()
  // In a group of its own, so that it can be ended with all that it has started.
  const child = spawn('sh', ['-c', WRAPPER, 'sh', ...command], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    detached: true,
  })
  const kill = () => endGroup(child.pid)
  process.once('exit', kill)
  const [, out, err, notes] = child.stdio
  const streams = [out, err, notes].map((stream) => text(/** @type {import('node:stream').Readable} */ (stream)))
  let peakBytes = 0
  const look = setInterval(() => {
    peakBytes = Math.max(peakBytes, ...descendants(child.pid ?? 0).map(peakOf))
  }, INTERVAL)
  const overdue = setTimeout(kill, LIMIT)
  try {
    const status = await new Promise((resolve, reject) => child.once('error', reject).once('exit', resolve))
    const seconds = (performance.now() - start) / 1000
    const [stdout = '', stderr = '', taken = ''] = await Promise.all(streams)
    if (status !== 0)
      throw new Error(`Cannot measure "${command[0]}": it ended with ${status}.\n${stderr.slice(-2000)}`)
    return { sample: { seconds, ...(peakBytes > 0 && { peakBytes }), ...readNotes(taken) }, stdout }
  } finally {
    clearInterval(look)
    clearTimeout(overdue)
    process.off('exit', kill)
  }
}

/** @param {number | undefined} pid */
function endGroup(pid) {
  try {
    if (pid) process.kill(-pid)
  } catch {
    // It has ended by itself.
  }
}

/**
 * The processes that a process has started, and those that these have.
 *
 * @param {number} pid
 * @returns {readonly number[]}
 */
function descendants(pid) {
  const children = readProcess(pid, `task/${pid}/children`).split(' ').filter(Boolean).map(Number)
  return [...children, ...children.flatMap(descendants)]
}

/**
 * The largest resident set that a process ever had.
 *
 * @param {number} pid
 */
export function peakOf(pid) {
  return Number(/VmHWM:\s+(\d+)/.exec(readProcess(pid, 'status'))?.[1] ?? 0) * 1024
}

/**
 * What a process has taken of all cores, the user's time and the system's.
 *
 * @param {number | undefined} pid
 */
export function cpuSecondsOf(pid) {
  // Behind the name, which may hold anything: the 12th and 13th field, in hundredths.
  const [, fields] = readProcess(pid ?? 0, 'stat').split(/\) (?!.*\) )/)
  if (fields === undefined) return undefined
  const [user = 0, system = 0] = fields.split(' ').slice(11, 13).map(Number)
  return (user + system) / 100
}

/**
 * @param {number} pid
 * @param {string} name
 */
function readProcess(pid, name) {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8')
  } catch {
    // It has ended meanwhile, or there is no such file system here.
    return ''
  }
}

/**
 * @param {string} notes
 * @returns {Partial<Sample>}
 */
function readNotes(notes) {
  // "0m1.234s": the user's time and the system's, of the shell and of its children.
  const times = [...notes.matchAll(/(\d+)m([\d.]+)s/g)].map(
    ([, minutes, seconds]) => Number(minutes) * 60 + Number(seconds),
  )
  const read = /rchar: (\d+)/.exec(notes)?.[1]
  return {
    ...(times.length === 4 && { cpuSeconds: times.reduce((sum, time) => sum + time, 0) }),
    ...(read !== undefined && { readBytes: Number(read) }),
  }
}
