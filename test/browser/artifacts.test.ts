import { expect, inject, it } from 'vitest'
import { attachArtifact, listReferrers, openRegistry, pullArtifact, pushDockerTar } from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'

// In a page, at a real registry without the referrers API. A page may not read its answer to the API.

it('attachArtifact() attaches files, listReferrers() lists them, and pullArtifact() reads them', async () => {
  const registry = openRegistry(inject('registryUrl'), { retryDelay: 10 })
  const repository = `artifacts/page-${Date.now().toString(36)}`
  const digest = await pushDockerTar(await createTestArchive(), registry, repository, 'v1')
  const text = 'a report\n'.repeat(300_000)
  const files = [
    new File([text], 'report.txt', { type: 'text/plain' }),
    { title: 'notes/a.md', data: new Blob(['# A']).stream(), mediaType: 'text/markdown' },
  ]
  const options = { artifactType: 'application/vnd.cyclonedx+json' }
  const attached = await Promise.all(
    [1, 2].map((n) => {
      const [file, stream] = files as [File, (typeof files)[1]]
      const given = n === 1 ? [file, stream] : [file]
      return attachArtifact(registry, repository, 'v1', given, { ...options, annotations: { n: `${n}` } })
    }),
  )
  const listed = await listReferrers(registry, repository, 'v1')
  expect(listed.map((one) => one.digest).sort()).toEqual(attached.map((one) => one.digest).sort())
  expect(listed.map(({ kind, subject }) => [kind, subject])).toEqual([
    ['sbom', digest],
    ['sbom', digest],
  ])
  const pulled = await pullArtifact(registry, repository, attached[0]?.digest ?? '')
  expect(pulled.files.map(({ title, size }) => [title, size])).toEqual([
    ['report.txt', text.length],
    ['notes/a.md', 3],
  ])
  const [report, notes] = pulled.files
  expect(await new Response(report?.stream()).text()).toBe(text)
  expect(new TextDecoder().decode(await notes?.bytes())).toBe('# A')
})
