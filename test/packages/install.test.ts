import { describe, expect, inject, it } from 'vitest'
import { listTags } from '../../src/index.ts'
import { installProject } from '../support/installed-project.ts'

describe('the packed package, installed by npm', () => {
  it('pushes an image from a Node script', async () => {
    const project = await installProject('node-script', {
      files: {
        'push.js': `import { pushDockerTar } from 'registry-api-v2-client/node'
console.log(await pushDockerTar(process.argv[2], process.argv[3], 'packages/node-script', 'v1'))`,
      },
    })
    const archive = `${process.cwd()}/test/archives/docker-29.8-graph-driver.tar`
    const { stdout } = await project.run('node', ['push.js', archive, inject('registryUrl')])
    expect(stdout).toMatch(/^sha256:[0-9a-f]{64}\n$/)
    expect(await listTags(inject('registryUrl'), 'packages/node-script')).toEqual(['v1'])
  })
})
