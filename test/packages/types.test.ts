import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { type InstalledProject, installProject } from '../support/installed-project.ts'

// The declaration files of every entry, as they are packed, in the oldest TypeScript that reads them and in all since.

const VERSIONS = ['5.7.3', '5.9.3', '6.0.3', '7.0.2']
const compiler = (version: string) => `typescript-${version}`

const RESOLUTIONS = [
  { moduleResolution: 'nodenext', module: 'nodenext' },
  { moduleResolution: 'bundler', module: 'esnext' },
] as const

const STRICT = { target: 'es2022', strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, noEmit: true }

const LIST = `export async function list(platform: string | undefined) {
  await getImageInfo('registry.test', 'a', 'v1', { platform })
  return (await listTags('registry.test', 'a')).sort()
}
`

const PLACES = [
  {
    place: 'page',
    options: { lib: ['es2022', 'dom', 'dom.iterable'], types: [] },
    program: `import { getImageInfo, listTags } from 'registry-api-v2-client'
import 'registry-api-v2-client/element'
import 'registry-api-v2-client/element-worker'
import 'registry-api-v2-client/hash-worker'
import { createTestRegistry } from 'registry-api-v2-client/testing'
export const start = (pageSize: number | undefined) => createTestRegistry({ pageSize })
${LIST}`,
  },
  {
    place: 'node',
    options: { lib: ['es2022'], types: ['node'] },
    program: `import { getImageInfo, listTags } from 'registry-api-v2-client/node'
import { openRegistry } from 'registry-api-v2-client'
import { createTestArchive } from 'registry-api-v2-client/testing'
import { serveTestRegistry } from 'registry-api-v2-client/testing/node'
export const made = [openRegistry('registry.test'), createTestArchive(), serveTestRegistry()]
${LIST}`,
  },
] as const

const CASES = VERSIONS.flatMap((version) =>
  RESOLUTIONS.flatMap(({ moduleResolution }) => PLACES.map(({ place }) => ({ version, moduleResolution, place }))),
)
const configOf = (place: string, moduleResolution: string) => `${place}/${moduleResolution}.json`

let project: InstalledProject
beforeAll(async () => {
  const files = PLACES.flatMap(({ place, options, program }) => [
    [`${place}/program.ts`, program],
    ...RESOLUTIONS.map((resolution) => {
      const config = { compilerOptions: { ...STRICT, ...resolution, ...options }, files: ['program.ts'] }
      return [configOf(place, resolution.moduleResolution), JSON.stringify(config)]
    }),
  ])
  const compilers = VERSIONS.map((version) => [compiler(version), `npm:typescript@${version}`])
  project = await installProject('types', {
    files: Object.fromEntries(files),
    dependencies: { '@types/node': '22.20.7', ...Object.fromEntries(compilers) },
  })
})

describe('the types of every entry', () => {
  it.each(CASES)('compile with TypeScript $version by $moduleResolution for a $place', async (given) => {
    const { version, place, moduleResolution } = given
    const program = `node_modules/${compiler(version)}/bin/tsc`
    const { stdout } = await project.run('node', [program, '-p', configOf(place, moduleResolution), '--listFiles'])
    // The project is below the packages of this repository, where the compiler finds what no user has.
    const foreign = stdout.split('\n').filter((line) => line !== '' && !line.startsWith(project.folder))
    expect(foreign).toEqual([])
  })

  it('are each compiled here', () => {
    const { exports } = JSON.parse(readFileSync('package.json', 'utf8'))
    const entries = Object.keys(exports).filter((entry) => entry !== './package.json')
    const programs = PLACES.map(({ program }) => program).join('')
    const imported = entries.filter((entry) => programs.includes(`'${entry.replace('.', 'registry-api-v2-client')}'`))
    expect(imported).toEqual(entries)
  })
})
