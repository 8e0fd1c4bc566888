import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCommand } from '../support/command.ts'
import { ENGINES, type Engine } from '../support/consumers/run-image.ts'
import { bringProgram } from '../support/peers.ts'

// Images that the command made run in Docker and podman.

const MINUTES = 60_000
const folder = mkdtempSync(join(tmpdir(), 'cli-build-'))
const NAME = 'localhost/cli-built:v1'

/** Prints its words, a variable and a file of its working folder. */
const PROGRAM = `package main

import ("fmt"; "os"; "strings")

func main() {
	text, _ := os.ReadFile("greeting.txt")
	fmt.Printf("%s|%s|%s|%d", strings.Join(os.Args[1:], ","), os.Getenv("GREETED"), text, os.Getuid())
}
`

async function make(...args: readonly string[]): Promise<void> {
  const { code, stderr } = await runCommand(args, { cwd: folder })
  if (code !== 0) throw new Error(stderr)
}

beforeAll(async () => {
  mkdirSync(join(folder, 'out'))
  writeFileSync(join(folder, 'main.go'), PROGRAM)
  writeFileSync(join(folder, 'greeting.txt'), 'hello')
  const go = bringProgram('go', 'golang-go')
  const env = { ...process.env, CGO_ENABLED: '0' }
  execFileSync(go, ['build', '-o', 'out/hello', 'main.go'], { cwd: folder, env })
  const config = ['--entrypoint', '/hello', '--cmd', `one "t w o"`, '--env', 'GREETED=world', '--user', '1000']
  await make('build', 'out', ...config, '-o', 'built.tar', '--name', NAME)
  await make('append', 'built.tar', 'greeting.txt', '--at', '/srv', '-o', 'appended.tar')
  await make('edit', 'appended.tar', '--workdir', '/srv', '--env', 'GREETED=moon', '--cmd', '', '-o', 'edited.tar')
}, 3 * MINUTES)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.each(Object.entries(ENGINES))('an image of registry-client build, in %s', (_, start) => {
  let engine: Engine
  beforeAll(async () => {
    engine = await start()
  }, MINUTES)
  afterAll(() => engine?.stop())

  it('runs, and so does what append and edit make of it', { timeout: 3 * MINUTES }, async () => {
    expect(await engine.run(join(folder, 'built.tar'), NAME)).toBe('one,t w o|world||1000')
    expect(await engine.run(join(folder, 'edited.tar'), NAME)).toBe('|moon|hello|1000')
  })
})
