import { describe, expect, inject, it } from 'vitest'
import { getManifest } from '../../../src/node/index.ts'
import { runCommand, runInTerminal } from '../../support/command.ts'

const ARCHIVE = 'test/archives/docker-29.8-graph-driver.tar'
const registry = inject('registryUrl')
const host = new URL(registry).host

describe('registry-client push', () => {
  it('pushes an archive and prints its reference', async () => {
    const { code, stdout, stderr } = await runCommand(['push', ARCHIVE, `${host}/cli/push:v1`])
    expect(stderr).toBe('')
    expect(code).toBe(0)
    const { digest } = await getManifest(registry, 'cli/push', 'v1')
    expect(stdout).toBe(`${host}/cli/push:v1@${digest}\n`)
  })

  it('prints a document with --json', async () => {
    const { code, stdout } = await runCommand(['push', '--json', ARCHIVE, `${host}/cli/push-json:v1`])
    const { digest } = await getManifest(registry, 'cli/push-json', 'v1')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toEqual({ images: [{ reference: `${host}/cli/push-json:v1@${digest}`, digest }] })
  })

  it('leaves its reference on the screen of a terminal', async () => {
    const { code, screen } = await runInTerminal(['push', ARCHIVE, `${host}/cli/push-tty:v1`], { columns: 200 })
    const { digest } = await getManifest(registry, 'cli/push-tty', 'v1')
    expect(code).toBe(0)
    expect(screen).toContain(`${host}/cli/push-tty:v1@${digest}`)
  })

  it('exits with 3 and names the file if it does not exist', async () => {
    const { code, stdout, stderr } = await runCommand(['push', 'missing.tar', `${host}/cli/missing`])
    expect(code).toBe(3)
    expect(stdout).toBe('')
    expect(stderr).toContain('error: Cannot open "missing.tar"')
  })

  it('exits with 2 if an option is unknown', async () => {
    const { code, stderr } = await runCommand(['push', ARCHIVE, '--nonsense'])
    expect(code).toBe(2)
    expect(stderr).toContain("unknown option '--nonsense'")
  })
})
