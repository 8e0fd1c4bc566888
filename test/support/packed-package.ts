import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The path of the tarball that npm would publish. */
    packedPackage: string
  }
}

/** Packs the package as npm publishes it. The name has the tarball's digest, so that a project is installed again only after a change. */
export default async function setup(project: TestProject): Promise<void> {
  const folder = resolve('.cache/packages')
  mkdirSync(folder, { recursive: true })
  const draft = mkdtempSync(join(folder, 'pack-'))
  try {
    const options = ['--ignore-scripts', '--json', '--pack-destination', draft]
    const { stdout } = await promisify(execFile)('npm', ['pack', ...options])
    const packed = join(draft, JSON.parse(stdout)[0].filename)
    const digest = createHash('sha256').update(readFileSync(packed)).digest('hex').slice(0, 12)
    const path = join(folder, `registry-api-v2-client-${digest}.tgz`)
    renameSync(packed, path)
    project.provide('packedPackage', path)
  } finally {
    rmSync(draft, { recursive: true })
  }
}
