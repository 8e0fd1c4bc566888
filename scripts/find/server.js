import { spawn } from 'node:child_process'

/**
 * Starts a server that is a program of its own, and waits until it is up.
 *
 * @param {string} program Its path.
 * @param {readonly string[]} args
 * @param {{ isUp: () => Promise<boolean>, env?: Readonly<Record<string, string>> }} options How to tell that it is up, and
 *   what is added to its environment.
 * @returns {Promise<{ pid: number | undefined, stop: () => Promise<void> }>} its process, and what ends it
 */
export async function startServer(program, args, { isUp, env }) {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...env } })
  // Its log is kept for a failed start only: to a registry every 404 is an error, and clients ask for what is not there all the time.
  let log = ''
  child.stderr.on('data', (data) => {
    log = (log + data).slice(-2000)
  })
  let isEnded = false
  const ended = new Promise((resolve) => child.once('exit', resolve)).then(() => {
    isEnded = true
  })
  const kill = () => child.kill()
  // A process that breaks off does not leave its servers behind.
  process.once('exit', kill)
  const stop = async () => {
    kill()
    await ended
    process.off('exit', kill)
  }
  for (let attempt = 0; attempt < 300 && !isEnded; attempt++) {
    if (await isUp()) return { pid: child.pid, stop }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  const fault = isEnded ? 'ended at once.' : 'did not answer within 30 s.'
  await stop()
  throw new Error(`${program} ${fault}\n${log}`)
}
