import { randomUUID } from 'node:crypto'
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** Makes a name for a temporary file. It tells which process the file belongs to. */
export function temporaryName(prefix: string): string {
  return `${prefix}-${process.pid}-${randomUUID()}`
}

/**
 * Removes the temporary files of processes that no longer exist. Files of other users stay, and files whose process ID
 * is in use again.
 */
export async function removeLeftovers(folder: string, prefix: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const owner = name.startsWith(`${prefix}-`) ? /^-(\d+)-/.exec(name.slice(prefix.length))?.[1] : undefined
    const path = join(folder, name)
    if (owner !== undefined && (await isLeftOver(path, Number(owner)))) await rm(path, { force: true }).catch(() => {})
  }
}

async function isLeftOver(path: string, processId: number): Promise<boolean> {
  if (processId !== process.pid) return !isAlive(processId)
  // A container that starts again gives its processes the same IDs.
  const started = Date.now() - process.uptime() * 1000
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs < started,
    () => false,
  )
}

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0)
    return true
  } catch (error) {
    // Any other error means that the process exists.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}
