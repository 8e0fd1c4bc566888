import { expect } from 'vitest'

type ErrorClass<E extends Error> = new (...args: never[]) => E

/** Expects a rejection with an error of this class and this message, and gives it for a closer look. */
export async function rejection<E extends Error>(
  promise: Promise<unknown>,
  type: ErrorClass<E>,
  message: RegExp = /^Cannot /,
): Promise<E> {
  const error = await promise.then(
    (value) => expect.fail(`expected a rejection, got ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(type)
  expect((error as E).message).toMatch(message)
  return error as E
}
