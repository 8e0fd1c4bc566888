import { expect, inject, it } from 'vitest'
import { getImageInfo, openRegistry, pushDockerTar } from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'

it('a redirected download takes no secrets along in a page (CVE-2022-0235, CVE-2024-24758, GHSA-vh4v-2xq2-g5cg)', async () => {
  const { url, seenUrl, credentials } = inject('redirectingRegistry')
  const registry = openRegistry(url, { credentials, headers: { 'x-team-secret': 'blue-blue' } })
  await pushDockerTar(await createTestArchive(), registry, 'team/app', 'v1')
  expect((await getImageInfo(registry, 'team/app', 'v1')).os).toBe('linux')
  const seen: string[][] = await (await fetch(seenUrl)).json()
  expect(seen.length).toBeGreaterThan(0)
  expect(seen.flat().filter((name) => /^(authorization|cookie|x-team-secret)$/.test(name))).toEqual([])
})

it('a password is sent in a page though the answer 401 has no CORS headers, but nothing is sent without one', async () => {
  const { proxyAuth } = inject('faultyServers')
  const registry = openRegistry(proxyAuth, { credentials: inject('faultyUser'), retry: 0 })
  const digest = await pushDockerTar(await createTestArchive(), registry, 'team/app', 'v1')
  expect(digest).toMatch(/^sha256:/)
  const anonymous = openRegistry(proxyAuth, { retry: 0 })
  await expect(getImageInfo(anonymous, 'team/app', 'v1')).rejects.toMatchObject({ code: 'NO_ANSWER' })
})
