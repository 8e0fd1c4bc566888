import { execFileSync } from 'node:child_process'
import { type DockerStore, startDocker29 } from '../docker-29.ts'
import { type DockerImage, loadedNames } from '../docker-api.ts'
import { bringProgram, startDocker } from '../peers.ts'
import type { Consumer, TakenImage } from './consumer.ts'

/** Docker leaves out its own registry. */
const show = (name: string) => name.replace(/^docker\.io\/(library\/)?/, '')

/** Debian's, with its graph driver. */
export const docker: Consumer = {
  title: 'docker load of Docker before 23',
  absence: () => {
    const version = execFileSync(bringProgram('dockerd', 'docker.io'), ['--version'], { encoding: 'utf8' })
    const major = Number(/ version ([0-9]+)\./.exec(version)?.[1])
    return major < 23 ? undefined : `what is here is ${version.trim()}`
  },
  show,
  async start() {
    const { docker, stop } = await startDocker()
    return {
      async take({ path }) {
        const names = loadedNames(await docker('load', '--input', path))
        const images: TakenImage[] = []
        for (const name of names) {
          const [image] = JSON.parse(await docker('image', 'inspect', name))
          images.push({ ...inspected(name, image), config: image.Id })
        }
        return images
      },
      async push({ path }, name) {
        const [loaded = ''] = loadedNames(await docker('load', '--input', path))
        await docker('tag', loaded, name)
        await docker('push', name)
        await docker('image', 'rm', name, loaded)
      },
      stop,
    }
  },
}

export const docker29 = (store: DockerStore): Consumer => ({
  title: `docker load of Docker 29.8 with its ${store} store`,
  programs: ['dockerd', 'containerd'],
  show,
  async start({ dockerd = '', containerd = '' }) {
    const { api, stop } = await startDocker29(store, { dockerd, containerd })
    return {
      async take({ path }) {
        const images: TakenImage[] = []
        for (const name of await api.load(path)) {
          const image = await api.inspect(name)
          const id = store === 'containerd' ? { digest: image.Id } : { config: image.Id }
          images.push({ ...inspected(name, image), ...id })
        }
        return images
      },
      async push({ path }, name) {
        const [loaded = ''] = await api.load(path)
        await api.tag(loaded, name)
        await api.push(name)
        await api.remove(name)
        await api.remove(loaded)
      },
      stop,
    }
  },
})

/** The name that `docker images` shows is the one that `docker load` told. */
function inspected(name: string, { RepoTags, RootFS }: DockerImage): TakenImage {
  return { name: RepoTags?.includes(name) ? name : undefined, diffIds: RootFS.Layers }
}
