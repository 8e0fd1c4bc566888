import { stat } from 'node:fs/promises'

/** Tells whether there is a file of this path. */
export async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (status) => status.isFile(),
    () => false,
  )
}
