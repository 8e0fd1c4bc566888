import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'

interface Step {
  readonly uses?: string
  readonly run?: string
}

interface Workflow {
  readonly on: object
  readonly jobs: Readonly<Record<string, Step & { readonly steps?: readonly Step[] }>>
}

const FOLDER = '.github/workflows'
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'))

/** What npm does without a script of the package. */
const OWN_COMMANDS = ['ci', 'outdated', 'publish']

function readWorkflow(name: string): Workflow {
  return parse(readFileSync(join(FOLDER, name), 'utf8'))
}

/** All steps, and the jobs that use another workflow. */
function stepsOf({ jobs }: Workflow): readonly Step[] {
  return Object.values(jobs).flatMap((job) => job.steps ?? [job])
}

describe.each(readdirSync(FOLDER))('the workflow %s', (name) => {
  const steps = stepsOf(readWorkflow(name))

  it('uses actions with a version, and workflows that are there', () => {
    const used = steps.flatMap(({ uses }) => uses ?? [])
    expect(used.length).toBeGreaterThan(0)
    for (const uses of used) {
      if (uses.startsWith('./')) expect(existsSync(uses), uses).toBe(true)
      else expect(uses).toMatch(/^[\w-]+\/[\w-]+@v\d+$/)
    }
  })

  it('runs scripts and files that are there', () => {
    const commands = steps.flatMap(({ run }) => run?.trim().split('\n') ?? [])
    expect(commands.length).toBeGreaterThan(0)
    for (const command of commands) {
      if (command.startsWith('apt-get ')) continue
      const [program = '', first = '', second = ''] = command.split(' ')
      if (program === 'npm' && !OWN_COMMANDS.includes(first))
        expect(Object.keys(scripts), command).toContain(first === 'run' ? second : first)
      else if (program !== 'npm') expect(existsSync(program === 'node' ? first : program), command).toBe(true)
    }
  })
})

describe('the workflow release.yml', () => {
  it('publishes with provenance and without a token, after the whole check', () => {
    const text = readFileSync(join(FOLDER, 'release.yml'), 'utf8')
    expect(text).not.toMatch(/secrets\.|NODE_AUTH_TOKEN/)
    const { jobs } = readWorkflow('release.yml')
    expect(jobs.publish).toMatchObject({ needs: 'check', permissions: { 'id-token': 'write' } })
    expect(jobs.publish?.steps?.at(-1)?.run).toBe('npm publish --provenance --access public')
    expect(jobs.check?.uses).toBe(`./${FOLDER}/check.yml`)
    expect(stepsOf(readWorkflow('check.yml'))).toContainEqual({ run: '.ci/run' })
  })
})
