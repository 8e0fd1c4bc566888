import { spawn } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { COMMAND } from '../../support/command.ts'

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
