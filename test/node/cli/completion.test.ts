import { describe, expect, it } from 'vitest'
import { complete } from '../../../src/cli/completion/candidates.ts'
import { createProgram } from '../../../src/cli/program/program.ts'
import { runCommand } from '../../support/command.ts'

/** Completes a line, whose last word is at the cursor. */
function completeLine(line: string) {
  const words = line.split(' ')
  const { candidates, paths } = complete(createProgram(), words.slice(0, -1), words.at(-1) ?? '')
  return { values: candidates.map(({ value }) => value), paths }
}

describe('complete()', () => {
  it('offers every visible command, and no hidden one', () => {
    const { values } = completeLine('')
    expect(values).toEqual(expect.arrayContaining(['push', 'completion', 'help']))
    expect(values).not.toContain('complete')
  })

  it('offers the options of a command and the global ones', () => {
    expect(completeLine('push --').values).toEqual(expect.arrayContaining(['--platform', '--json', '--help']))
  })

  it('leaves out an option that is there, unless it can be repeated', () => {
    const { values } = completeLine('push --json --platform linux/amd64 --')
    expect(values).not.toContain('--json')
    expect(values).toContain('--platform')
  })

  it('asks for paths where an archive is expected', () => {
    expect(completeLine('push ')).toEqual({ values: [], paths: 'files' })
    expect(completeLine('push ap')).toEqual({ values: [], paths: 'files' })
    expect(completeLine('--json push ')).toEqual({ values: [], paths: 'files' })
  })

  it('asks for paths for the value of an option that takes a file', () => {
    expect(completeLine('push --ca ')).toEqual({ values: [], paths: 'files' })
    expect(completeLine('push --ca=')).toEqual({ values: [], paths: undefined })
  })

  it('does not take the value of an option for an argument', () => {
    expect(completeLine('push --platform linux/amd64 ').paths).toBe('files')
    expect(completeLine('push --platform=linux/amd64 ').paths).toBe('files')
    expect(completeLine('push --platform linux/amd64 app.tar ').paths).toBeUndefined()
  })

  it('offers no options after --', () => {
    expect(completeLine('push -- --').values).toEqual([])
  })

  it('offers the choices of an argument', () => {
    expect(completeLine('completion ').values).toEqual(['bash', 'zsh', 'fish', 'powershell'])
    expect(completeLine('completion po').values).toEqual(['powershell'])
    expect(completeLine('completion bash ').values).toEqual([])
  })
})

describe('registry-client completion', () => {
  it('prints a script for PowerShell that asks the command', async () => {
    const { stdout, code } = await runCommand(['completion', 'powershell'])
    expect(code).toBe(0)
    expect(stdout).toMatchInlineSnapshot(`
      "# PowerShell completion for registry-client
      Register-ArgumentCompleter -Native -CommandName registry-client -ScriptBlock {
        param($wordToComplete, $commandAst, $cursorPosition)
        $words = @($commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
          Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
        registry-client complete "--current=$wordToComplete" -- @words 2>$null | Where-Object { -not $_.StartsWith(':') } |
          ForEach-Object {
            $value, $description = $_ -split "\`t", 2
            if (-not $description) { $description = $value }
            [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $description)
          }
      }
      "
    `)
  })

  it('exits with 2 and names the shells if there is no script', async () => {
    const { code, stderr } = await runCommand(['completion', 'tcsh'])
    expect(code).toBe(2)
    expect(stderr).toContain('bash, zsh, fish, powershell')
  })
})
