import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { bringNode, NEWEST_NODE, OLDEST_NODE } from '../../scripts/find/node.js'
import { listTags } from '../../src/index.ts'
import { type InstalledProject, installProject } from '../support/installed-project.ts'

/** The npm that the oldest Node has, and the newest. */
const NPMS = [
  { npm: '10.9.9', node: OLDEST_NODE },
  { npm: '12.2.2', node: NEWEST_NODE },
]
/** What npm warns of if it does not know a setting of this machine. */
const UNKNOWN_SETTING = /^npm warn Unknown .* config .*\n/gm

const folder = mkdtempSync(join(tmpdir(), 'install-'))
afterAll(() => rmSync(folder, { recursive: true }))

const PUSH = "pushDockerTar(...process.argv.slice(2), 'v1')"
const FILES = {
  'import.mjs': `import { pushDockerTar } from 'registry-api-v2-client/node'
console.log(await ${PUSH})`,
  'require.cjs': `const { pushDockerTar } = require('registry-api-v2-client/node')
${PUSH}.then(console.log)`,
}

describe.each([OLDEST_NODE, NEWEST_NODE])('the packed package in Node %s', (node) => {
  it.each(Object.keys(FILES))('pushes an image from a script, without a warning: %s', async (file) => {
    const project = await installProject('node-script', { files: FILES })
    const archive = `${process.cwd()}/test/archives/docker-29.8-graph-driver.tar`
    const repository = `packages/node-${node}-${file}`
    const call = [file, archive, inject('registryUrl'), repository]
    const { stdout, stderr } = await project.run(bringNode(node), call)
    expect(`${stderr}${stdout}`).toMatch(/^sha256:[0-9a-f]{64}\n$/)
    expect(await listTags(inject('registryUrl'), repository)).toEqual(['v1'])
  })
})

describe.each(NPMS)('npm $npm on Node $node', ({ npm, node }) => {
  let npms: InstalledProject
  beforeAll(async () => {
    const versions = NPMS.map(({ npm }) => [`npm-${npm}`, `npm:npm@${npm}`])
    npms = await installProject('npms', { dependencies: Object.fromEntries(versions) })
  })

  /** Installs a package in an empty project. */
  async function install(name: string, specifier: string) {
    const project = join(folder, `${name}-${npm}`)
    mkdirSync(project)
    writeFileSync(join(project, 'package.json'), '{ "private": true }')
    const program = bringNode(node)
    const cli = join(npms.folder, 'node_modules', `npm-${npm}`, 'bin/npm-cli.js')
    const options = ['--prefix', project, '--no-audit', '--no-fund', '--prefer-offline', '--allow-git=root']
    const env = { PATH: `${dirname(program)}:${process.env.PATH}` }
    const { stdout, stderr } = await npms.run(program, [cli, 'install', ...options, specifier], env)
    const said = `${stderr.replaceAll(UNKNOWN_SETTING, '')}${stdout}`
    return { said, installed: join(project, 'node_modules/registry-api-v2-client') }
  }

  it('installs the packed package without a warning', async () => {
    const { said } = await install('packed', inject('packedPackage'))
    expect(said).toMatch(/^\nadded \d+ packages in .*\n$/)
  })

  it('builds the package when it installs it from git', async () => {
    const { name, version, type, files, scripts } = JSON.parse(readFileSync('package.json', 'utf8'))
    const repository = join(folder, `repository-${npm}`)
    mkdirSync(join(repository, 'scripts'), { recursive: true })
    writeFileSync(join(repository, 'package.json'), JSON.stringify({ name, version, type, files, scripts }))
    // The scripts are those of the package. The build is not: it would take a minute.
    writeFileSync(
      join(repository, 'scripts/build.js'),
      `import { mkdirSync, writeFileSync } from 'node:fs'; mkdirSync('dist'); writeFileSync('dist/built.js', '')`,
    )
    const author = ['-c', 'user.name=a', '-c', 'user.email=a@example.com']
    const git = (...args: readonly string[]) => execFileSync('git', ['-C', repository, ...args])
    git('init', '--quiet')
    git('add', '.')
    git(...author, 'commit', '--quiet', '--message', 'package')
    const { installed } = await install('git', `git+file://${repository}`)
    expect(existsSync(join(installed, 'dist/built.js'))).toBe(true)
  })
})
