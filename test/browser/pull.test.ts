import { expect, inject, it } from 'vitest'
import { pullDockerTar, pushDockerTar } from '../../src/index.ts'
import { PULLED_ARCHIVE, PULLED_NAME, PULLED_TAR } from '../support/pulled-tar.ts'

it('pullDockerTar() gives in a page the same tar as in Node, Deno and Bun', async () => {
  const archive = await fetch(new URL(`../archives/${PULLED_ARCHIVE}`, import.meta.url))
  const url = inject('registryUrl')
  const repository = `pull/from-page-${Date.now().toString(36)}`
  await pushDockerTar(archive, url, repository, 'v1')
  const pulled = await pullDockerTar(url, repository, 'v1', { names: [PULLED_NAME] })
  const tar = await new Response(pulled.stream()).arrayBuffer()
  await pulled.close()
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', tar))
  expect(Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('')).toBe(PULLED_TAR)
})
