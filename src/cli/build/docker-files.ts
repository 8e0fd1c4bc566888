import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Context } from '../context/context.ts'
import { isExcluded, type LayerFlags } from './layer-options.ts'

/** The files by which Docker and Podman build. */
const DOCKER_FILES = ['Dockerfile', 'Containerfile', '.dockerignore', '.containerignore']

/** Warns of files that `docker build` reads. Here they are files of the image, as all others. */
export async function warnOfDockerFiles(context: Context, folder: string, { exclude }: LayerFlags): Promise<void> {
  for (const name of DOCKER_FILES) {
    if (isExcluded(name, exclude) || !(await isFile(join(folder, name)))) continue
    context.onWarning(
      `The ${name} in "${folder}" is not read: it goes into the image. Pass --exclude ${name} to leave it out.`,
    )
  }
}

function isFile(path: string): Promise<boolean> {
  return lstat(path).then(
    (found) => found.isFile(),
    () => false,
  )
}
