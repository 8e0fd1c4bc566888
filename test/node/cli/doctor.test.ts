import { afterAll, describe, expect, inject, it } from 'vitest'
import { diagnoseRegistry, pushDockerTar } from '../../../src/node/index.ts'
import { createTestArchive } from '../../../src/testing/index.ts'
import { runCommand, runInTerminal } from '../../support/command.ts'
import { type Distribution, HTPASSWD_USER, startDistribution } from '../../support/distribution.ts'

const registry = inject('registryUrl')
const host = new URL(registry).host
const PAGE = 'http://page.localhost:3000'

const servers: Distribution[] = []
async function start(...options: Parameters<typeof startDistribution>): Promise<string> {
  const server = await startDistribution(...options)
  servers.push(server)
  return new URL(server.url).host
}
afterAll(async () => {
  for (const server of servers) await server.stop()
})

describe('registry-client doctor', () => {
  it('prints each check with its state, and exits with 0 if none failed', async () => {
    await pushDockerTar(await createTestArchive(), registry, 'cli/doctor', 'v1')
    const flags = ['--origin', `${PAGE}/a/page.html`, '--write']
    const { code, stdout, stderr } = await runCommand(['doctor', `${host}/cli/doctor`, ...flags])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const [first, ...lines] = stdout.split('\n')
    expect(first).toBe(`${registry.replace(/\/$/, '')}/`)
    const checks = await diagnoseRegistry(registry, { origin: PAGE, repository: 'cli/doctor', write: true })
    for (const { check, state, message } of checks) {
      const mark = { passed: '✔', warning: '!', failed: '✖', skipped: '-' }[state]
      const line = lines.map((line) => line.split(/ {2,}/)).find(([, cell]) => cell === check)
      if (state === 'skipped')
        expect(lines).toContainEqual(expect.stringMatching(`^- skipped  .*${check}.*: ${message}$`))
      else expect(line).toEqual([`${mark} ${state}`, check, message])
    }
    expect(lines).toContainEqual(expect.stringMatching(/^! warning {2}referrers +The registry /))
    expect(lines.at(-2)).toMatch(/^1 warning, \d+ passed, \d+ skipped$/)
  })

  it('prints the document of diagnoseRegistry() with --json', async () => {
    const { code, stdout } = await runCommand(['doctor', `http://${host}/cli/none`, '--json'])
    expect(code).toBe(0)
    const { registry: url, checks } = JSON.parse(stdout)
    expect(new URL(url).host).toBe(host)
    expect(checks).toEqual(JSON.parse(JSON.stringify(await diagnoseRegistry(registry, { repository: 'cli/none' }))))
  })

  it('prints the lines of the configuration that a page needs, ready to copy, and exits with 4', async () => {
    const name = await start({ settings: { REGISTRY_HTTP_HEADERS: '{}' } })
    const { code, stdout } = await runCommand(['doctor', name, '--origin', PAGE])
    expect(code).toBe(4)
    expect(stdout).toMatch(/^✖ failed {3}page-read +.*\n {4}\S.*\.\n {4}In distribution:\n {6}http:\n {8}headers:\n/m)
    expect(stdout).toContain(`          Access-Control-Allow-Origin: ["${PAGE}"]\n`)
    expect(stdout).toContain('    In nginx:\n      location /v2/ {\n        if ($request_method = OPTIONS) {\n')
    expect(stdout).toMatch(/\n\n2 failed, \d+ passed, \d+ skipped\n$/)
  })

  it('colors the states on a terminal, unless NO_COLOR is set', async () => {
    const { code, raw, screen } = await runInTerminal(['doctor', host], { columns: 200 })
    expect(code).toBe(0)
    expect(raw).toContain('\u001b[32m✔ passed\u001b[39m   connection')
    expect(screen).toMatch(/^✔ passed {3}connection +\S+ answers\.$/m)
    const plain = await runInTerminal(['doctor', host], { columns: 200, env: { NO_COLOR: '1' } })
    expect(plain.raw).not.toContain('\u001b[32m')
    expect(plain.screen).toBe(screen)
    expect((await runInTerminal(['doctor', host, '--no-tty'])).raw).not.toContain('\u001b[32m')
  })

  it.each([
    ['nothing listens', async () => 'localhost:9', 7, /✖ failed {3}connection/],
    ['the credentials are refused', async () => start({ auth: { htpasswd: HTPASSWD_USER } }), 6, /✖ failed {3}sign-in/],
  ])('exits with the code of the failure if %s', async (_, address, code, line) => {
    const name = await address()
    const auths = { [name]: { auth: Buffer.from('ci:wrong').toString('base64') } }
    const outcome = await runCommand(['doctor', name], { env: { DOCKER_AUTH_CONFIG: JSON.stringify({ auths }) } })
    expect(outcome.code).toBe(code)
    expect(outcome.stdout).toMatch(line)
    expect(outcome.stdout).not.toContain('wrong')
  })

  it.each([
    [['--write'], '--write without a repository'],
    [['--origin', 'page'], 'Pass the address of a page'],
    [['--origin', 'file:///page.html'], 'Pass the address of a page'],
  ])('exits with 2 for %s', async (flags, message) => {
    const { code, stdout, stderr } = await runCommand(['doctor', host, ...flags])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(message)
  })

  it('exits with 3 if the address is not valid', async () => {
    const { code, stderr } = await runCommand(['doctor', 'http://'])
    expect(code).toBe(3)
    expect(stderr).toContain('error: ')
  })
})
