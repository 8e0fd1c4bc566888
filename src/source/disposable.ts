/// <reference lib="esnext.disposable" preserve="true" />

/** Lets `await using` close an object, in runtimes that have `Symbol.asyncDispose`. */
export function disposable<T extends { close(): Promise<void> }>(object: T): T & AsyncDisposable {
  const { asyncDispose } = Symbol
  return (asyncDispose ? { ...object, [asyncDispose]: () => object.close() } : object) as T & AsyncDisposable
}
