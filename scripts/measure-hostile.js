import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { ANSWERS } from './hostile/answers.js'
import { ARCHIVES } from './hostile/archives.js'

// Measures what hostile archives and answers cost: npm run measure:hostile [-- word]. The figures of docs/security.md come from here.
// Each runs in a process of its own. With a word, only the inputs with it in their names. The exit code is 1 if one takes more than 300 MB.

const MB = 1e6
const MOST = 300 * MB
const [word = ''] = process.argv.slice(2)
const folder = mkdtempSync(join(tmpdir(), 'hostile-'))
const run = promisify(execFile)

/**
 * Runs one program, and writes its row of the table.
 *
 * @param {string} name
 * @param {string} program
 * @param {readonly string[]} parameters
 * @param {() => number} size Of the input, in bytes, asked for afterwards.
 */
async function measure(name, program, parameters, size) {
  const path = fileURLToPath(new URL(`hostile/${program}`, import.meta.url))
  const { stdout } = await run(process.execPath, [path, ...parameters], { timeout: 600_000 }).catch((error) => ({
    stdout: JSON.stringify({ time: Number.NaN, peak: Number.NaN, outcome: `DIED: ${error.signal ?? error.message}` }),
  }))
  const { time, peak, outcome } = JSON.parse(stdout)
  if (!(peak <= MOST)) process.exitCode = 1
  const cells = [
    name,
    `${(size() / MB).toFixed(2)} MB`,
    `${(peak / MB).toFixed(0)} MB`,
    `${(time / 1000).toFixed(2)} s`,
  ]
  console.log(`| ${cells.join(' | ')} | ${outcome.replaceAll('|', '').slice(0, 110)} |`)
}

try {
  console.log('| input | size | peak of the process | time | outcome |\n| --- | --- | --- | --- | --- |')
  await measure('none: the package is imported', 'open.js', [], () => 0)
  for (const [name, make] of ARCHIVES.filter(([name]) => name.includes(word))) {
    const path = join(folder, 'archive')
    const bytes = await make()
    writeFileSync(path, bytes)
    await measure(`archive: ${name}`, 'open.js', [path], () => bytes.length)
  }
  for (const [name, call, answer] of ANSWERS.filter(([name]) => name.includes(word))) {
    /** @type {Set<import('node:net').Socket>} */
    const sockets = new Set()
    const sent = () => [...sockets].reduce((sum, { bytesWritten }) => sum + bytesWritten, 0)
    const server = createServer(answer).listen(0, '127.0.0.1')
    server.on('connection', (socket) => sockets.add(socket))
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
    await measure(`answer: ${name}`, 'ask.js', [`http://127.0.0.1:${port}`, call], sent)
    server.closeAllConnections()
    server.close()
  }
} finally {
  rmSync(folder, { recursive: true })
}
