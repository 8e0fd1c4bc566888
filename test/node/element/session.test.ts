import { describe, expect, it, vi } from 'vitest'
import { createSession, type SignInRequest } from '../../../src/element/worker/session.ts'
import { type Credentials, listTags } from '../../../src/index.ts'
import { createTestRegistry } from '../../../src/testing/index.ts'
import { REGISTRY, withBasic } from '../../support/protected-registry.ts'

const RIGHT = { username: 'me', password: 'right' }
const WRONG = { username: 'me', password: 'wrong' }

/** A session with a registry, and a user who gives these answers. */
function open(answers: ReadonlyArray<Credentials | undefined>) {
  const { fetch } = createTestRegistry()
  const guarded = withBasic({ fetch }, RIGHT.username, RIGHT.password)
  const session = createSession(() => ({ fetch: guarded, retry: 0 }))
  const given = answers.values()
  const ask = vi.fn(async (_request: SignInRequest) => given.next().value)
  session.onSignIn(ask)
  return { session, ask, questions: () => ask.mock.calls.map(([{ isRefused }]) => isRefused) }
}

const list = (session: ReturnType<typeof createSession>, address = REGISTRY, repository = 'team/app') =>
  session.use(address, (handle) => listTags(handle, repository)).catch(({ code }) => code as string)

describe('createSession()', () => {
  it('asks once for acts at the same time, and once more when the answer is refused', async () => {
    const { session, questions } = open([WRONG, RIGHT])
    const acts = Array.from({ length: 6 }, (_, index) => list(session, REGISTRY, `team/app-${index}`))
    // The repositories do not exist, but the registry says so: nobody is refused.
    expect(new Set(await Promise.all(acts))).toEqual(new Set(['NOT_FOUND']))
    expect(questions()).toEqual([false, true])
    expect(await session.credentialsOf(REGISTRY)).toEqual(RIGHT)
  })

  it('says that the last answer was refused, also after the user has cancelled', async () => {
    const { session, questions } = open([WRONG, undefined, RIGHT])
    expect(await list(session)).toBe('SIGN_IN_CANCELLED')
    expect(await session.credentialsOf(REGISTRY)).toBeUndefined()
    expect(await list(session)).toBe('NOT_FOUND')
    expect(questions()).toEqual([false, true, true])
  })

  it('does not ask again for what the user has no right to', async () => {
    const { session, ask } = open([RIGHT])
    await list(session)
    const act = vi.fn(async () => {
      throw Object.assign(new Error('no right'), { status: 401, code: 'ACCESS_DENIED' })
    })
    await expect(session.use(REGISTRY, act)).rejects.toMatchObject({ status: 401 })
    expect(ask).toHaveBeenCalledTimes(1)
    expect(act.mock.calls.length).toBeLessThanOrEqual(2)
    expect(await session.credentialsOf(REGISTRY)).toEqual(RIGHT)
  })

  it('knows a registry by each way to write its address, also to sign out', async () => {
    const { session, questions } = open([RIGHT, RIGHT])
    await list(session, REGISTRY)
    await list(session, ` ${REGISTRY}/`)
    await list(session, new URL(REGISTRY).host)
    expect(questions()).toEqual([false])
    await session.signOut(new URL(REGISTRY).host)
    expect(await session.credentialsOf(REGISTRY)).toBeUndefined()
    await list(session)
    expect(questions()).toEqual([false, false])
  })
})
