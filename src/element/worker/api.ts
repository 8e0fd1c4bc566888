/** The functions of a Worker, seen from the page: every function, at any depth, returns a promise. */
export type Api<T> = {
  readonly [K in keyof T]: T[K] extends (...args: infer A) => infer R ? (...args: A) => Promise<Awaited<R>> : Api<T[K]>
}
