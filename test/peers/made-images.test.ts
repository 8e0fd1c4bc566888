import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import {
  appendLayer,
  createImage,
  editImage,
  type Image,
  type LayerFileInput,
  openFile,
  openImage,
  pushImage,
  saveArchive,
} from '../../src/node/index.ts'
import { ENGINES, type Engine } from '../support/consumers/run-image.ts'
import { type Distribution, startDistribution } from '../support/distribution.ts'
import { bringPeer, bringProgram, peerAt } from '../support/peers.ts'

// Images that were made here run in Docker and podman, and other clients read them.

const MINUTES = 60_000
const folder = mkdtempSync(join(tmpdir(), 'made-images-'))
const tarOf = (name: string) => join(folder, `${name}.tar`)
const nameOf = (name: string) => `localhost/${name}:v1`

/** Says what it finds in the container. */
const PROGRAM = `package main

import ("fmt"; "os")

func main() {
	text, _ := os.ReadFile("/srv/data/greeting.txt")
	_, removed := os.Stat("/srv/old/file")
	fmt.Printf("%s %s %d %v", text, os.Getenv("GREETED"), os.Getuid(), removed != nil)
}
`

/** A static program, and a file that is removed above it. */
async function staticImage(): Promise<Image> {
  writeFileSync(join(folder, 'main.go'), PROGRAM)
  const [go, program] = [bringProgram('go', 'golang-go'), join(folder, 'hello')]
  execFileSync(go, ['build', '-o', program, 'main.go'], { cwd: folder, env: { ...process.env, CGO_ENABLED: '0' } })
  const base = await createImage({
    layers: [{ files: program, at: '/usr/bin' }, { files: { 'srv/old/file': 'old' } }],
    config: { entrypoint: ['/usr/bin/hello'], env: { GREETED: 'world' }, user: '1000:1000' },
  })
  return appendLayer(base, { 'greeting.txt': 'hello' }, { at: '/srv/data' })
}

/** Node of this machine with its libraries, and an app on top. */
async function nodeImage(): Promise<Image> {
  const libraries = execFileSync('ldd', [process.execPath], { encoding: 'utf8' }).matchAll(/(\/\S+) \(0x/g)
  const files: Record<string, LayerFileInput> = {}
  const opened = []
  for (const path of [...[...libraries].map(([, path = '']) => path)]) {
    const file = await openFile(realpathSync(path))
    opened.push(file)
    files[path.slice(1)] = { content: file, mode: 0o755 }
  }
  const node = await openFile(process.execPath)
  files['usr/local/bin/node'] = { content: node, mode: 0o755 }
  const base = await createImage({ files }, { compress: false })
  for (const file of [...opened, node]) await file.close()
  const app = join(folder, 'app')
  mkdirSync(join(app, 'node_modules', 'greet'), { recursive: true })
  writeFileSync(join(app, 'node_modules', 'greet', 'index.js'), 'module.exports = (name) => "hello " + name')
  writeFileSync(join(app, 'index.js'), `console.log(require('greet')(process.argv[2]), process.cwd())`)
  chmodSync(join(app, 'index.js'), 0o600)
  const image = await appendLayer(base, app, { at: '/app' })
  return editImage(image, {
    workingDir: '/app',
    entrypoint: ['/usr/local/bin/node', 'index.js'],
    cmd: ['world'],
    user: '1000',
  })
}

let hello: Image
let app: Image
beforeAll(async () => {
  hello = await staticImage()
  app = await nodeImage()
  await saveArchive([hello], tarOf('hello'), { names: [nameOf('hello')] })
  await saveArchive([await appendLayer(hello, { x: '' }, { remove: ['srv/old'] })], tarOf('removed'), {
    names: [nameOf('removed')],
  })
  await saveArchive([app], tarOf('app'), { names: [nameOf('app')] })
}, 3 * MINUTES)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.each(Object.entries(ENGINES))('an image that was made, in %s', (_, start) => {
  let engine: Engine
  beforeAll(async () => {
    engine = await start()
  }, MINUTES)
  afterAll(() => engine?.stop())
  const run = (name: string, ...command: readonly string[]) => engine.run(tarOf(name), nameOf(name), ...command)

  it('runs a static program, which finds the appended file', { timeout: 2 * MINUTES }, async () => {
    expect(await run('hello')).toBe('hello world 1000 false')
  })

  it('lacks what a layer removes', { timeout: 2 * MINUTES }, async () => {
    expect(await run('removed')).toBe('hello world 1000 true')
  })

  it('runs an app of Node', { timeout: 3 * MINUTES }, async () => {
    expect(await run('app')).toBe('hello world /app\n')
    expect(await run('app', 'moon')).toBe('hello moon /app\n')
  })
})

describe('an image that was made, in a registry', () => {
  let registry: Distribution
  beforeAll(async () => {
    registry = await startDistribution()
  }, MINUTES)
  afterAll(() => registry?.stop())

  it('is read by skopeo and validated by crane, also with one more layer', async () => {
    const digest = await pushImage(hello, registry.url, 'made/hello', 'v1')
    const name = `${new URL(registry.url).host}/made/hello`
    const inspected = JSON.parse(await bringPeer('skopeo')('inspect', '--tls-verify=false', `docker://${name}:v1`))
    expect(inspected).toMatchObject({ Digest: digest, Os: 'linux', Layers: hello.layers.map((layer) => layer.digest) })
    const { path, absence } = inject('goPrograms').crane
    if (path === undefined) throw new Error(absence)
    const crane = peerAt(path)
    await crane('validate', '--insecure', '--remote', `${name}:v1`)

    const base = await openImage(registry.url, 'made/hello', 'v1')
    const appended = await appendLayer(base, { file: 'x' })
    expect(await pushImage(appended, registry.url, 'made/hello', 'v2')).toBe(appended.manifest.digest)
    await crane('validate', '--insecure', '--remote', `${name}:v2`)
  })
})
