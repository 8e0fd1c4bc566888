import { afterAll, beforeAll } from 'vitest'
import { type Distribution, startDistribution } from './distribution.ts'

/** A second real registry, Debian's distribution 2.8, for the tests of a file that copy between two. */
export function secondRegistry(): Pick<Distribution, 'url'> {
  let started: Distribution
  beforeAll(async () => {
    started = await startDistribution()
  })
  afterAll(() => started.stop())
  return {
    get url() {
      return started.url
    },
  }
}
