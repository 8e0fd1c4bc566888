/**
 * Starts a Worker with the script of this package. The build puts the script into the module as a string, so that
 * bundlers of pages need no support for Workers (scripts/inline-worker.js).
 */
export function startPackageWorker(): Worker {
  return new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
}
