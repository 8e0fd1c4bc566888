import { PartFault } from '../../src/element/words/fault.ts'

/** Offers functions whose code is loaded when the first of them is called: the page starts sooner. */
export function whenAsked<T extends object>(load: () => Promise<T>): T {
  let loading: Promise<T> | undefined
  const call = async (name: string, args: readonly unknown[]) => {
    loading ??= load().catch((cause) => {
      // The next call tries again.
      loading = undefined
      throw new PartFault(cause)
    })
    const functions = (await loading) as Readonly<Record<string, (...args: readonly unknown[]) => unknown>>
    return functions[name]?.(...args)
  }
  const offered = new Proxy(
    {},
    {
      get:
        (_, name) =>
        (...args: readonly unknown[]) =>
          call(String(name), args),
    },
  )
  return offered as T
}
