import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { COMMAND } from '../../support/command.ts'
import { rawTar } from '../../support/tar.ts'

/** Runs a line of a shell, in which $R is the command. Returns the exit code of $R and what was printed. */
function shell(line: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const env = { PATH: process.env.PATH ?? '', R: `${process.execPath} ${COMMAND}`, HOME: '/nonexistent' }
  const child = spawn('bash', ['-c', line], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk) => {
    stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })))
}

describe('registry-client, when its output cannot be written', { concurrent: true }, () => {
  it.each(['completion bash', '--help'])('ends quietly with 141 if nobody reads stdout: %s', async (args) => {
    // Nobody reads from the beginning, so that no write is early enough.
    const { code, stderr } = await shell(`{ sleep 1; $R ${args}; exit $?; } | true; exit \${PIPESTATUS[0]}`)
    expect(stderr).toBe('')
    expect(code).toBe(141)
  })

  it.each(['completion bash', '--help', '--version'])('exits with 1 if the disk is full: %s', async (args) => {
    const { code, stderr } = await shell(`$R ${args} > /dev/full`)
    expect(stderr).toMatch(/^error: Cannot write to stdout: ENOSPC\n/)
    expect(stderr.match(/error:/g)).toHaveLength(1)
    expect(code).toBe(1)
  })

  it('does its work if nobody reads stderr', async () => {
    const { stdout } = await shell('{ $R completion bash 2>&3; echo "code $?"; } 3> >(true)')
    expect(stdout).toMatch(/code 0\n$/)
  })
})

describe('a large result of registry-client', { concurrent: true }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'command-output-'))
  const [archive, damaged] = [join(folder, 'many.tar'), join(folder, 'damaged.tar')]
  const COUNT = 20_000
  const layerOf = (count: number) =>
    rawTar(Array.from({ length: count }, (_, index) => ({ name: `${index}-${'long'.repeat(20)}`, data: '' })))

  /** Writes an archive of an image with one layer. */
  function writeArchive(path: string, layer: Uint8Array): void {
    const diffId = `sha256:${createHash('sha256').update(layer).digest('hex')}`
    const config = { architecture: 'amd64', os: 'linux', config: {}, rootfs: { type: 'layers', diff_ids: [diffId] } }
    const manifest = [{ Config: 'config.json', RepoTags: ['many:v1'], Layers: ['layer.tar'] }]
    const files = [
      { name: 'config.json', data: JSON.stringify(config) },
      { name: 'layer.tar', data: layer },
      { name: 'manifest.json', data: JSON.stringify(manifest) },
    ]
    writeFileSync(path, rawTar(files))
  }

  beforeAll(() => {
    writeArchive(archive, layerOf(COUNT))
    // The end of the layer is no header of a tar.
    const layer = layerOf(COUNT)
    writeArchive(damaged, layer.fill(0x78, layer.length / 2))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it('reaches a reader that is slow', async () => {
    const { code, stdout } = await shell(`$R files ${archive} --json --quiet | (sleep 2; cat)`)
    expect(code).toBe(0)
    expect(stdout.length).toBeGreaterThan(5_000_000)
    expect(JSON.parse(stdout)).toHaveLength(COUNT)
  })

  it('ends early, quietly and with 141 if its reader has enough', async () => {
    const { code, stdout, stderr } = await shell(`$R files ${archive} | head -1; exit \${PIPESTATUS[0]}`)
    expect(stderr).toBe('')
    expect(stdout.trimEnd().split('\n')).toHaveLength(1)
    expect(code).toBe(141)
  })

  it('is an array without an end, with an exit code and an error on stderr, if it fails in the middle', async () => {
    const { code, stdout, stderr } = await shell(`$R files ${damaged} --layer 0 --json --quiet`)
    expect(stdout).toMatch(/^\[\n {2}\{"path":"0-long[^\n]+,\n/)
    expect(() => JSON.parse(stdout)).toThrow(SyntaxError)
    expect(JSON.parse(stderr).error).toMatchObject({ kind: 'input', exitCode: 3 })
    expect(code).toBe(3)
  })
})
