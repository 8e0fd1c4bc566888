import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Archive, chooseImage, openArchive, ValidationError } from '../../src/node/index.ts'
import { rejection } from '../support/errors.ts'

/** Three images: team/app:v1, team/multi:v1 and team/artifact:v1. */
const ARCHIVE = 'test/archives/docker-29.8-containerd-several-images.tar'
let archive: Archive

beforeAll(async () => {
  archive = await openArchive(ARCHIVE)
})
afterAll(() => archive.close())

describe('chooseImage()', () => {
  it.each([['docker.io/team/multi:v1'], ['team/multi:v1'], [1]])('gives the image %s', async (image) => {
    expect((await chooseImage(archive, { image })).names).toEqual(['docker.io/team/multi:v1'])
  })

  it('gives the index of a layout', async () => {
    expect(await chooseImage(archive, { image: 'index' })).toBe(archive.index)
  })

  it('throws if there are several images and none is chosen, or none has the name', async () => {
    await rejection(chooseImage(archive), ValidationError, /holds 3 .* and none was chosen/)
    await rejection(chooseImage(archive, { image: 'team/none' }), ValidationError, /none of them is "team\/none"/)
  })
})
