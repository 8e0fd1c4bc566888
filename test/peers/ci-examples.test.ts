import { execFile } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { getManifest, openRegistry } from '../../src/node/index.ts'
import { type Distribution, HTPASSWD_USER, startDistribution } from '../support/distribution.ts'
import { installProject } from '../support/installed-project.ts'
import { startDocker } from '../support/peers.ts'

// The shell steps of the examples for CI, as they stand in the files: with a real Docker, a real registry with a
// sign-in, and the command from the packed tarball. What a shell cannot do is left out: the checkout, and the images of the jobs.

const run = promisify(execFile)
const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
const CLIENT = `registry-api-v2-client@${version}`
const { username, password } = HTPASSWD_USER

let registry: Distribution
let host: string
let command: string
let docker: Awaited<ReturnType<typeof startDocker>>
const folders: string[] = []

beforeAll(async () => {
  registry = await startDistribution({ auth: { htpasswd: HTPASSWD_USER } })
  host = new URL(registry.url).host
  docker = await startDocker()
  command = join((await installProject('ci-command')).folder, 'node_modules/.bin/registry-client')
})
afterAll(async () => {
  await registry?.stop()
  await docker?.stop()
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** The checkout of a job: a Dockerfile, a home of its own, and an npx that has the package already. */
function checkOut(): { readonly folder: string; readonly env: Readonly<Record<string, string>> } {
  const folder = mkdtempSync(join(tmpdir(), 'ci-'))
  folders.push(folder)
  writeFileSync(join(folder, 'Dockerfile'), 'FROM scratch\nCOPY app.txt /app.txt\n')
  writeFileSync(join(folder, 'app.txt'), folder)
  const programs = join(folder, 'bin')
  mkdirSync(programs)
  const npx = `#!/bin/sh\n[ "$1 $2" = "--yes ${CLIENT}" ] || exit 97\nshift 2\nexec "${command}" "$@"\n`
  writeFileSync(join(programs, 'npx'), npx)
  chmodSync(join(programs, 'npx'), 0o755)
  const PATH = [programs, process.env.PATH].join(delimiter)
  return { folder, env: { PATH, HOME: folder, DOCKER_HOST: docker.host, DOCKER_API_VERSION: '1.41', CI: 'true' } }
}

/** Runs lines as a step of a job does: in one shell that ends at the first failure. */
async function runStep(script: string, folder: string, env: Readonly<Record<string, string>>): Promise<string> {
  const { stdout, stderr } = await run('bash', ['-eo', 'pipefail', '-c', script], { cwd: folder, env })
  expect(stdout + stderr).not.toContain(password)
  return stdout
}

/** Reads the pairs of a mapping of YAML below a key, wherever it is. */
function readPairs(yaml: string, key: string): ReadonlyArray<readonly [string, string]> {
  const blocks = [...yaml.matchAll(new RegExp(`^( *)${key}:\\n((?:\\1  +\\w+: .*\\n)+)`, 'gm'))]
  return blocks.flatMap(([, , block = '']) =>
    [...block.matchAll(/^ *(\w+): (.*)$/gm)].map(([, name = '', value = '']) => [name, value] as const),
  )
}

it('the example for GitHub Actions pushes an image, checks it and keeps its digest', async () => {
  const yaml = readFileSync('examples/ci/github-actions.yml', 'utf8')
  expect(yaml).toContain(`key: registry-api-v2-client-${version}\n`)
  const { folder, env } = checkOut()
  const output = join(folder, 'output')
  writeFileSync(output, '')
  const outputs = () =>
    Object.fromEntries(
      readFileSync(output, 'utf8')
        .split('\n')
        .map((line) => line.split('=')),
    )
  const values = (): Readonly<Record<string, string>> => ({
    'vars.REGISTRY': host,
    'github.sha': 'a'.repeat(40),
    'secrets.REGISTRY_USER': username,
    'secrets.REGISTRY_PASSWORD': password,
    'steps.push.outputs.digest': outputs().digest ?? '',
  })
  const fill = (text: string) => text.replaceAll(/\$\{\{ ([\w.]+) \}\}/g, (_, name) => values()[name] ?? `no ${name}`)
  const steps = [...yaml.matchAll(/^ {6}- name: (.*)\n(?: {8}.*\n|\n)*? {8}run: \|\n((?: {10}.*\n)+)/gm)]
  expect(steps.map(([, name]) => name)).toEqual(['Build', 'Sign in', 'Push', 'Check the digest', 'Sign out'])
  for (const [step, , script = ''] of steps) {
    // No value is put into a script: it could have commands.
    expect(script).not.toContain('${{')
    const pairs = [...readPairs(yaml.slice(0, yaml.indexOf('jobs:')), 'env'), ...readPairs(step, 'env')]
    const own = Object.fromEntries(pairs.map(([name, value]) => [name, fill(value)]))
    await runStep(script, folder, { ...env, ...own, GITHUB_OUTPUT: output })
  }
  const handle = openRegistry(registry.url, { credentials: HTPASSWD_USER })
  const { digest } = await getManifest(handle, 'team/app', 'a'.repeat(40))
  expect(outputs().digest).toBe(digest)
  expect(JSON.parse(readFileSync(join(folder, '.docker/config.json'), 'utf8'))).toEqual({ auths: {} })
})

it('the example for GitLab CI pushes an image, checks it and hands its digest on', async () => {
  const yaml = readFileSync('examples/ci/gitlab-ci.yml', 'utf8')
  expect(yaml).toContain(`key: registry-api-v2-client-${version}\n`)
  const { folder, env } = checkOut()
  const given = {
    CI_PROJECT_DIR: folder,
    CI_REGISTRY: host,
    CI_REGISTRY_IMAGE: `${host}/group/project`,
    CI_REGISTRY_USER: username,
    CI_REGISTRY_PASSWORD: password,
    CI_COMMIT_SHORT_SHA: 'abcd1234',
  }
  const fill = (text: string) => text.replaceAll(/\$(CI_\w+)/g, (_, name: keyof typeof given) => given[name])
  const own = Object.fromEntries(readPairs(yaml, 'variables').map(([name, value]) => [name, fill(value)]))
  const scripts = [...yaml.matchAll(/^ {2}(?:after_)?script:\n((?: {4}- .*\n)+)/gm)]
  expect(scripts).toHaveLength(3)
  for (const [, block = ''] of scripts)
    await runStep(block.replaceAll(/^ {4}- /gm, ''), folder, { ...env, ...given, ...own })
  const handle = openRegistry(registry.url, { credentials: HTPASSWD_USER })
  const { digest } = await getManifest(handle, 'group/project', 'abcd1234')
  expect(readFileSync(join(folder, 'image.env'), 'utf8')).toBe(`IMAGE_DIGEST=${digest}\n`)
})
