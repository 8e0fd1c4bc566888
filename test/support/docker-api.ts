import { createReadStream, createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'
import { Agent, fetch } from 'undici'

/** What Docker says about an image. */
export interface DockerImage {
  readonly Id: string
  /** Its names. */
  readonly RepoTags: readonly string[] | null
  readonly RootFS: { readonly Layers: readonly string[] }
}

/** A Docker engine, driven over its HTTP API as the `docker` command does it. */
export interface DockerApi {
  isUp(): Promise<boolean>
  pull(name: string, platform?: string): Promise<void>
  /** Gives the names that Docker tells, or the ID of an image without a name. */
  load(path: string): Promise<readonly string[]>
  /** @param platforms Those of `docker save --platform`. @default all that Docker has */
  save(path: string, names: readonly string[], platforms?: readonly string[]): Promise<void>
  tag(name: string, target: string): Promise<void>
  push(name: string): Promise<void>
  inspect(name: string): Promise<DockerImage>
  remove(name: string): Promise<void>
  close(): Promise<void>
}

/** @param socketPath Of the Unix socket that the engine listens on. */
export function openDockerApi(socketPath: string): DockerApi {
  const dispatcher = new Agent({ connect: { socketPath } })

  async function ask(method: string, path: string, query: Query = {}, body?: Readable) {
    const parameters = Object.entries(query).flatMap(([key, values]) => [values].flat().map((value) => [key, value]))
    const url = `http://docker/${path}?${new URLSearchParams(parameters)}`
    // Docker insists on credentials for a push: these are an empty document.
    const headers = { 'X-Registry-Auth': 'e30=', 'Content-Type': 'application/x-tar' }
    const answer = await fetch(url, { method, headers, dispatcher, ...(body && { body, duplex: 'half' }) })
    if (!answer.ok) throw new Error(`Docker answers ${method} ${path} with ${answer.status}: ${await answer.text()}`)
    return answer
  }

  /**
   * Asks for what Docker answers with progress: one JSON document a line, one of them with the error if it fails. Gives
   * the texts that are for people.
   */
  async function follow(path: string, query?: Query, body?: Readable): Promise<string> {
    const text = await (await ask('POST', path, query, body)).text()
    const lines = text.split('\n').filter((line) => line.trim() !== '')
    const told = lines.map((line): { error?: string; stream?: string } => JSON.parse(line))
    const fault = told.find(({ error }) => error !== undefined)?.error
    if (fault !== undefined) throw new Error(`Docker answers POST ${path} with an error: ${fault}`)
    return told.map(({ stream = '' }) => stream).join('')
  }

  return {
    isUp: () =>
      ask('GET', '_ping').then(
        () => true,
        () => false,
      ),
    pull: async (name, platform = '') => void (await follow('images/create', { fromImage: name, platform })),
    load: async (path) => loadedNames(await follow('images/load', {}, createReadStream(path))),
    async save(path, names, platforms = []) {
      const { body } = await ask('GET', 'images/get', { names, platform: platforms.map(platformJson) })
      await pipeline(Readable.fromWeb(body as ReadableStream), createWriteStream(path))
    },
    async tag(name, target) {
      const colon = target.lastIndexOf(':')
      await ask('POST', `images/${name}/tag`, { repo: target.slice(0, colon), tag: target.slice(colon + 1) })
    },
    push: async (name) => void (await follow(`images/${name}/push`)),
    inspect: async (name) => (await (await ask('GET', `images/${name}/json`)).json()) as DockerImage,
    remove: async (name) => void (await ask('DELETE', `images/${name}`, { force: 'true' })),
    close: () => dispatcher.close(),
  }
}

type Query = Readonly<Record<string, string | readonly string[]>>

/** Finds the images that `docker load` or `podman load` tells. */
export function loadedNames(told: string): readonly string[] {
  return [...told.matchAll(/^Loaded image(?: ID)?: (.*)$/gm)].map((match) => match[1] as string)
}

function platformJson(platform: string): string {
  const [os, architecture, variant] = platform.split('/')
  return JSON.stringify({ os, architecture, variant })
}
