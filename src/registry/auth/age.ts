/**
 * Starts to measure how old something is, in milliseconds.
 *
 * The monotonic clock counts, since somebody may set the system's clock back. But most engines stop it while a machine
 * sleeps: so the system's clock counts where it has gone further. Something may seem too old then, and never too young
 * but for a machine that slept while its clock was set back.
 */
export function startAge(): () => number {
  const [monotonic, system] = [performance.now(), Date.now()]
  return () => Math.max(performance.now() - monotonic, Date.now() - system)
}
