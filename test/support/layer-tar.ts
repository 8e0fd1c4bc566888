import { execFileSync } from 'node:child_process'
import { gunzipSync } from 'node:zlib'
import { expect } from 'vitest'
import type { Image, Layer } from '../../src/index.ts'

// Looks into layers that were made, with GNU tar.

/** The top layer of an image. */
export function topLayer({ layers }: Image): Layer {
  return layers.at(-1) ?? expect.fail('the image has no layer')
}

/** The bytes of a layer, as they are pushed. */
export async function layerBytes({ source }: Layer): Promise<Uint8Array<ArrayBuffer>> {
  return source ? source.read(0, source.size) : expect.fail('the layer has no bytes')
}

/** The tar of a layer in gzip. */
export async function plainTar(layer: Layer): Promise<Uint8Array> {
  return gunzipSync(await layerBytes(layer))
}

/** What GNU tar lists of a tar: `-rwxr-xr-x 0/0 5 1970-01-01 00:00 app/run`, with single spaces. */
export function listTar(tar: Uint8Array): readonly string[] {
  const options = ['--list', '--verbose', '--numeric-owner', '--utc', '--quoting-style=literal', '--file', '-']
  const lines = execFileSync('tar', options, { input: tar }).toString()
  return lines
    .trim()
    .split('\n')
    .map((line) => line.replace(/ +/g, ' '))
}

/** The content of a file in a tar, as GNU tar unpacks it. */
export function fileIn(tar: Uint8Array, path: string): string {
  return execFileSync('tar', ['--extract', '--to-stdout', '--file', '-', path], { input: tar }).toString()
}
