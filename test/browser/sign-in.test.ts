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
