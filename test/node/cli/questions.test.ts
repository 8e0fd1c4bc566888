import { beforeAll, describe, expect, inject, it } from 'vitest'
import { createImage, listTags, pushImage } from '../../../src/node/index.ts'
import { COMMAND, runProgramInTerminal } from '../../support/command.ts'

const registry = inject('registryUrl')
const host = new URL(registry).host
const REPOSITORY = 'cli/questions'

/** Runs the command, and then tells the settings of its terminal. */
const SHELL = '"$@"; code=$?; stty -a; exit $code'

beforeAll(async () => {
  const image = await createImage({ files: { a: 'b' }, config: { cmd: ['/a'] } })
  for (const tag of ['v1', 'v2']) await pushImage(image, registry, REPOSITORY, tag)
})

describe('a question of registry-client', { concurrent: true }, () => {
  const remove = ['delete', `${host}/${REPOSITORY}:v1`]
  const login = ['login', host]

  it.each<[question: string, key: string, press: string, code: number, message: string, args: readonly string[]]>([
    ['Delete from', 'Ctrl-C', '\x03', 130, 'error: Interrupted', remove],
    ['Delete from', 'Ctrl-D', '\x04', 2, 'error: No answer to', remove],
    ['Username:', 'Ctrl-C', '\x03', 130, 'error: Interrupted', login],
    ['Username:', 'Ctrl-D', '\x04', 2, 'error: No answer to', login],
    ['Password:', 'Ctrl-C', '\x03', 130, 'error: Interrupted', [...login, '-u', 'ci']],
    ['Password:', 'Ctrl-D', '\x04', 2, 'error: No answer to', [...login, '-u', 'ci']],
  ])('"%s" ends at %s, and leaves the terminal as it was', async (after, _, press, exitCode, message, args) => {
    const words = ['-c', SHELL, 'sh', process.execPath, COMMAND, ...args]
    const { code, screen } = await runProgramInTerminal('sh', words, { columns: 160, keys: [{ after, press }] })
    expect(screen).toContain(message)
    expect(code).toBe(exitCode)
    // A minus in front of a name means that it is off.
    expect(screen).toMatch(/ icanon .* echo /s)
    expect(await listTags(registry, REPOSITORY)).toHaveLength(2)
  })
})
