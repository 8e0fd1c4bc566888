import type { Context } from '../context/context.ts'
import type { Result } from '../context/result.ts'

/**
 * Makes the result of a command that lists names. They are printed while they are read; with `--json` all are read
 * first, so that a failure leaves no part of a document.
 */
export async function listing({ settings }: Context, read: () => AsyncIterable<string>): Promise<Result> {
  return settings.json ? { json: await collect(read()), lines: [] } : { json: undefined, lines: read() }
}

/** Reads all items. */
export async function collect<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const list: T[] = []
  for await (const item of items) list.push(item)
  return list
}
