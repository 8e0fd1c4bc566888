import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { createProgram } from '../../../src/cli/program/program.ts'
import {
  attachArtifact,
  createImage,
  executeDelete,
  planDelete,
  pushArtifact,
  pushImage,
} from '../../../src/node/index.ts'
import { createTestArchive } from '../../../src/testing/index.ts'
import { runInTerminal, startCommand, withoutProgress } from '../../support/command.ts'
import { keepUpload } from '../../support/kept-upload.ts'
import { shapeOf } from '../../support/shape.ts'

/** How a command is called: each call has a folder and repositories of its own. */
const MODES = ['terminal', 'pipe', 'json'] as const
type Mode = (typeof MODES)[number]

/** What a call finds: files in its folder, and repositories of a registry. */
interface Stage {
  /** The registry, as it stands in references. */
  readonly host: string
  /** A repository of this call alone, with the tags v1 and v2. */
  readonly app: string
  readonly folder: string
}

/** How a command is called on a stage. */
interface Call {
  readonly args: (stage: Stage) => readonly string[]
  /** Prepares more than each stage has. */
  readonly prepare?: (stage: Stage) => unknown
  /** Keys to press on a terminal, each once a text is on the screen. */
  readonly keys?: ReadonlyArray<{ readonly after: string; readonly press: string }>
  /** What takes their place without a terminal. */
  readonly instead?: { readonly flag: string; readonly input?: string }
  /** True to press Ctrl-C after the first line of the result: it is the regular end of the command. */
  readonly isStopped?: boolean
  /** True if distribution and the embedded registry differ in what the command shows. */
  readonly differs?: boolean
}

const urlOf = ({ host }: Stage) => `http://${host}`
const nameOf = ({ host, app }: Stage) => app.slice(host.length + 1)

async function deleteByPlan(stage: Stage): Promise<void> {
  const plan = await planDelete(urlOf(stage), nameOf(stage), ['v1'])
  const { undo } = await executeDelete(plan)
  writeFileSync(join(stage.folder, 'undo.json'), JSON.stringify(undo))
}

const attachSbom = (stage: Stage) => {
  const files = [{ title: 'sbom.json', data: Buffer.from('{}') }]
  return attachArtifact(urlOf(stage), nameOf(stage), 'v1', files, { artifactType: 'application/spdx+json' })
}

const pushReport = (stage: Stage) =>
  pushArtifact(urlOf(stage), nameOf(stage), 'report', [{ title: 'report.md', data: Buffer.from('# Report\n') }])

const keepOne = (stage: Stage) => {
  const digest = `sha256:${'a'.repeat(64)}`
  const folder = join(stage.folder, 'registry-api-v2-client/sessions')
  return keepUpload(urlOf(stage), { repository: nameOf(stage), digest, folder })
}

const storePassword = ({ host, folder }: Stage) =>
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ auths: { [host]: { auth: btoa('ci:secret') } } }))

const confirmed = { keys: [{ after: '[y/N]', press: 'y\r' }], instead: { flag: '--yes' } }

const CALLS: Readonly<Record<string, Call>> = {
  push: { args: ({ app }) => ['app.tar', `${app}:v3`] },
  plan: { args: ({ app }) => ['app.tar', `${app}/new:v3`] },
  pull: { args: ({ app }) => [`${app}:v1`, '-o', 'pulled.tar'] },
  copy: { args: ({ app }) => [`${app}:v1`, `${app}/copy:v1`] },
  convert: { args: () => ['app.tar', '-o', 'converted.tar'] },
  'uploads list': { args: () => [], prepare: keepOne },
  'uploads drop': { args: ({ app }) => [app], prepare: keepOne, ...confirmed },
  inspect: { args: ({ app }) => [`${app}:v1`] },
  repos: { args: (stage) => [stage.host, '--filter', nameOf(stage)] },
  tags: { args: ({ app }) => [app, '--details', '--sort', 'version'] },
  manifest: { args: ({ app }) => [`${app}:v1`] },
  config: { args: ({ app }) => [`${app}:v1`] },
  digest: { args: ({ app }) => [`${app}:v1`] },
  files: { args: ({ app }) => [`${app}:v1`] },
  diff: { args: ({ app }) => [`${app}:v1`, `${app}:v2`, '--files'] },
  history: { args: ({ app }) => [`${app}:v1`] },
  tag: { args: ({ app }) => [`${app}:v1`, 'v2', 'stable'] },
  delete: { args: ({ app }) => [`${app}:v1`], ...confirmed },
  prune: { args: ({ app }) => [app, '--keep', '1', '--undo', 'undo.json'], ...confirmed },
  undo: { args: () => ['undo.json'], prepare: deleteByPlan },
  edit: { args: ({ app }) => [`${app}:v1`, '--env', 'DEBUG=1', '--to', `${app}:debug`] },
  append: { args: ({ app }) => [`${app}:v1`, 'dist', '--at', '/app', '--to', `${app}:v3`] },
  build: { args: ({ app }) => ['dist', '--base', `${app}:v1`, '--to', `${app}:built`, '--created', '2024-01-01'] },
  referrers: { args: ({ app }) => [`${app}:v1`], prepare: attachSbom },
  attach: { args: ({ app }) => [`${app}:v1`, 'sbom.json', '--type', 'application/spdx+json'] },
  'artifact push': { args: ({ app }) => [`${app}:report`, 'report.md:text/markdown'] },
  'artifact pull': { args: ({ app }) => [`${app}:report`, '-o', 'out'], prepare: pushReport },
  login: {
    args: ({ host }) => [host, '-u', 'ci'],
    keys: [{ after: 'assword', press: 'secret\r' }],
    instead: { flag: '--password-stdin', input: 'secret' },
  },
  logout: { args: ({ host }) => [host], prepare: storePassword },
  doctor: { args: ({ app }) => [app], differs: true },
  serve: {
    args: () => ['--port', '0'],
    keys: [{ after: 'Press Ctrl-C to stop.', press: '\x03' }],
    isStopped: true,
  },
  completion: { args: () => ['fish'] },
  complete: { args: () => ['completion', '--current', 'ba'] },
}

const root = mkdtempSync(join(tmpdir(), 'every-command-'))
const server = startCommand(['serve', '--port', '0', '--json'])
const hosts: string[] = []

beforeAll(async () => {
  const { url } = JSON.parse(await server.firstLine)
  hosts.push(...[inject('registryUrl'), url].map((registry) => new URL(registry).host))
})
afterAll(async () => {
  server.kill('SIGINT')
  await server.outcome
  rmSync(root, { recursive: true })
})

/** Two small images. They have another file and another command. */
const images = ['v1', 'v2'].map(async (tag, day) => {
  const created = `2024-01-0${day + 1}T00:00:00Z`
  return { tag, image: await createImage({ files: { 'etc/version': tag }, config: { cmd: [`/${tag}`] }, created }) }
})
const archive = createTestArchive()

let count = 0
async function makeStage(host: string, command: string): Promise<Stage> {
  const id = String(count++).padStart(3, '0')
  const folder = join(root, id)
  const stage = { host, app: `${host}/every/${command.replace(' ', '-')}-${id}`, folder }
  mkdirSync(join(folder, 'dist'), { recursive: true })
  writeFileSync(join(folder, 'dist/index.js'), 'console.log(1)\n')
  writeFileSync(join(folder, 'report.md'), '# Report\n')
  writeFileSync(join(folder, 'sbom.json'), '{}')
  writeFileSync(join(folder, 'app.tar'), await archive)
  for (const { tag, image } of await Promise.all(images)) await pushImage(image, urlOf(stage), nameOf(stage), tag)
  await CALLS[command]?.prepare?.(stage)
  return stage
}

/** Replaces what differs from run to run, and from registry to registry. */
function settled(text: string, { host, app, folder }: Stage): string {
  const ports = /\b(127\.0\.0\.1|localhost):\d+/g
  return text
    .replaceAll(app, 'HOST/APP')
    .replaceAll(app.slice(host.length + 1), 'APP')
    .replaceAll(host, 'HOST')
    .replaceAll(ports, '$1:PORT')
    .replaceAll(folder, 'FOLDER')
    .replaceAll(/sha256:[0-9a-f]{7,}…?/g, 'sha256:…')
    .replaceAll(/(?:just now|\d+ \w+ ago) */g, 'AGE ')
    .replaceAll(/ +$/gm, '')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'DATE')
    .replaceAll(/\d+ ms\b/g, 'TIME')
}

/** Calls a command in one mode. Returns what a person or a program sees of it. */
async function see(command: string, mode: Mode, stage: Stage): Promise<string> {
  const { args, keys = [], instead, isStopped } = CALLS[command] as Call
  const words = [...command.split(' '), ...args(stage)]
  const env = { DOCKER_CONFIG: stage.folder, XDG_STATE_HOME: stage.folder }
  const cwd = stage.folder
  if (mode === 'terminal') {
    const { code, screen } = await runInTerminal(words, { cwd, env, columns: 400, keys })
    return `exit code ${code}\n${settled(screen, stage)}`
  }
  const flags = [...(mode === 'json' ? ['--json'] : []), ...(instead ? [instead.flag] : [])]
  const running = startCommand([...words, ...flags], { cwd, env, input: instead?.input ?? '' })
  if (isStopped) {
    await running.firstLine
    running.kill('SIGINT')
  }
  const { code, stdout, stderr } = await running.outcome
  const shown = mode === 'json' ? `${shapeOf(JSON.parse(stdout))}\n` : settled(stdout, stage)
  return `exit code ${code}\n${shown}${settled(withoutProgress(stderr), stage).replaceAll(/^(?=.)/gm, '2> ')}`
}

describe('each command, on distribution and on registry-client serve', () => {
  it('has a call here', () => {
    const names = createProgram().commands.flatMap((command) => {
      const inner = command.commands.map((one) => `${command.name()} ${one.name()}`)
      return inner.length > 0 ? inner : command.name()
    })
    expect(Object.keys(CALLS).toSorted()).toEqual(names.toSorted())
  })

  it.concurrent.for(Object.keys(CALLS))('%s', async (command, { expect }) => {
    const [first, second] = await Promise.all(
      hosts.map(async (host) => {
        const stages = await Promise.all(MODES.map(() => makeStage(host, command)))
        const seen = await Promise.all(MODES.map((mode, at) => see(command, mode, stages[at] as Stage)))
        return MODES.map((mode, at) => `--- ${mode}\n${seen[at]}`).join('\n')
      }),
    )
    expect(first).toMatchSnapshot()
    if (CALLS[command]?.differs) expect(second).toMatchSnapshot('serve')
    else expect(second).toBe(first)
  })
})
