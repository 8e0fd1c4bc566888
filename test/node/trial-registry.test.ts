import { describe, expect, it, vi } from 'vitest'
import { isTrial, TRIAL_ADDRESS, TRIAL_LIMIT } from '../../demo/worker/trial-address.ts'
import { createTrialRegistry, TRIAL_FULL } from '../../demo/worker/trial-registry.ts'
import { getImageInfo, listTags, openRegistry, pushDockerTar } from '../../src/index.ts'
import { createTestArchive } from '../../src/testing/index.ts'

describe('isTrial()', () => {
  it.each(['http://trial.localhost', 'http://trial.localhost/', 'trial.localhost', 'HTTP://Trial.localhost'])(
    'is true for "%s"',
    (address) => {
      expect(isTrial(address)).toBe(true)
    },
  )

  it.each([
    'https://trial.localhost',
    'trial.localhost:5000',
    'http://a.trial.localhost',
    'trial.localhost.example.com',
  ])('is false for "%s"', (address) => {
    expect(isTrial(address)).toBe(false)
  })
})

describe('createTrialRegistry()', () => {
  it('is a registry to push to, and to look at', async () => {
    const registry = openRegistry(TRIAL_ADDRESS, { fetch: createTrialRegistry().fetch })
    await pushDockerTar(await createTestArchive(), registry, 'team/hello', 'v1')
    expect(await listTags(registry, 'team/hello')).toEqual(['v1'])
    expect((await getImageInfo(registry, 'team/hello', 'v1')).layerCount).toBe(2)
  })

  it('refuses more when it has received its limit, and keeps what it has', async () => {
    const trial = createTrialRegistry(2_000_000)
    const onFull = vi.fn()
    trial.onFull(onFull)
    const registry = openRegistry(TRIAL_ADDRESS, { fetch: trial.fetch })
    const push = async (tag: string) => {
      const content = new Uint8Array(900_000).fill(tag.charCodeAt(1))
      const archive = await createTestArchive({ images: [{ layers: [{ content }] }] })
      return pushDockerTar(archive, registry, 'team/hello', tag)
    }
    await push('v1')
    await push('v2')
    expect(onFull).not.toHaveBeenCalled()
    // The piece that goes over the limit is still taken, perhaps with what goes beside it.
    await push('v3').catch(() => {})

    const message = expect.stringContaining('at most 2 MB: reload the page')
    await expect(push('v4')).rejects.toMatchObject({ status: 403, errors: [{ code: TRIAL_FULL, message }] })
    expect(onFull).toHaveBeenCalled()
    expect(await listTags(registry, 'team/hello')).toEqual(expect.arrayContaining(['v1', 'v2']))
  })

  it('takes 500 MB if nothing else is said', () => {
    expect(TRIAL_LIMIT).toBe(500_000_000)
  })
})
