import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { COMMAND, runCommand, runProgramInTerminal } from '../support/command.ts'
import { bringProgram } from '../support/peers.ts'

/** How each shell starts, and how it reads the completion script. */
const SHELLS = {
  bash: { args: ['--noprofile', '--norc', '-i'], load: (script: string) => `. ${script}` },
  zsh: {
    args: ['-f', '-i'],
    load: (script: string) => `autoload -Uz compinit; compinit -u -d $HOME/dump; . ${script}`,
  },
  fish: { args: ['--no-config', '-i'], load: (script: string) => `. ${script}` },
} as const

const folder = mkdtempSync(join(tmpdir(), 'completion-'))
const bin = join(folder, 'bin')
const work = join(folder, 'work')

beforeAll(() => {
  mkdirSync(bin)
  mkdirSync(work)
  writeFileSync(join(bin, 'registry-client'), `#!/bin/sh\nexec '${process.execPath}' '${COMMAND}' "$@"\n`)
  chmodSync(join(bin, 'registry-client'), 0o755)
  writeFileSync(join(work, 'archive-of-team.tar'), '')
})
afterAll(() => rmSync(folder, { recursive: true }))

describe.each(Object.keys(SHELLS) as (keyof typeof SHELLS)[])('registry-client completion %s', (shell) => {
  let path = ''
  beforeAll(() => {
    path = bringProgram(shell, shell)
  }, 120_000)
  const { args, load } = SHELLS[shell]
  const env = { PATH: `${bin}:${process.env.PATH}`, PS1: '> ', HOME: folder, LANG: 'C.UTF-8' }

  /** Types a line in the shell, presses the tab key, and reads the screen once it shows the expected text. */
  async function typeAndTab(line: string, expected: string): Promise<string> {
    const script = join(folder, `${shell}-script`)
    writeFileSync(script, (await runCommand(['completion', shell])).stdout)
    const { screens } = await runProgramInTerminal(path, args, {
      columns: 100,
      cwd: work,
      env,
      keys: [
        { after: '', press: `${load(script)}; echo rea''dy\r` },
        { after: 'ready', press: `${line}\t` },
      ],
      endAfter: expected,
    })
    return screens.join('\n')
  }

  it('completes a command', async () => {
    expect(await typeAndTab('registry-client comp', 'registry-client completion')).toContain(
      'registry-client completion',
    )
  })

  it('completes an option', async () => {
    const screens = await typeAndTab('registry-client push --platf', 'push --platform')
    expect(screens).toContain('registry-client push --platform')
  })

  it('completes the value of an argument', async () => {
    expect(await typeAndTab('registry-client completion pow', 'powershell')).toContain('completion powershell')
  })

  it('completes the path of an archive', async () => {
    const screens = await typeAndTab('registry-client push archive-', 'archive-of-team.tar')
    expect(screens).toContain('registry-client push archive-of-team.tar')
  })

  it('evaluates nothing of the line', async () => {
    await typeAndTab("registry-client push '$(touch evil)' --platf", '--platform')
    await typeAndTab('registry-client push $(touch evil2) --platf', '--platform')
    const { stdout } = await runCommand(['complete', '--current=', '--', '$(touch evil3)'], { cwd: work })
    expect(stdout).not.toContain('evil')
    const left = readdirSync(work)
    expect(left).toEqual(['archive-of-team.tar'])
  })
})
