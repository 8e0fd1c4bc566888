import { inject } from 'vitest'
import { peerAt } from '../peers.ts'
import { type Consumer, tagOf, takeEach } from './consumer.ts'
import { readStored } from './read-image.ts'

// Tools that push a tar to a registry.

export const crane: Consumer = {
  title: 'crane push',
  programs: ['crane'],
  makesManifest: true,
  start: async ({ crane = '' }) => ({
    take: ({ path, names }) =>
      takeEach(names, async () => {
        const target = newTarget()
        await peerAt(crane)('push', '--insecure', path, target)
        return readStored(target)
      }),
    async stop() {},
  }),
}

export const oras = copyingByOras('tar')
export const orasFolder = copyingByOras('folder')

function copyingByOras(takes: 'tar' | 'folder'): Consumer {
  return {
    title: `oras copy --from-oci-layout of a ${takes}`,
    takes,
    programs: ['oras'],
    start: async ({ oras = '' }) => ({
      take: ({ path, names, digest }) =>
        takeEach(names, async (name) => {
          const [source, target] = [`${path}${name === undefined ? `@${digest}` : `:${tagOf(name)}`}`, newTarget()]
          await peerAt(oras)('copy', '--from-oci-layout', '--to-plain-http', '--no-tty', source, target)
          return readStored(target)
        }),
      async stop() {},
    }),
  }
}

let count = 0

function newTarget(): string {
  return `${new URL(inject('registryUrl')).host}/consumers/pushed-${Date.now().toString(36)}-${count++}:v1`
}
