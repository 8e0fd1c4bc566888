import { readJsonAnswer } from '../http/answer.ts'
import type { Descriptor } from '../oci/descriptor.ts'
import type { Digest } from '../oci/digest.ts'
import { isJsonObject, textListField } from '../oci/json.ts'
import { isIndex } from '../oci/manifest.ts'
import { manifestAt } from '../registry/manifests.ts'
import { findManifest, type ManifestInfo } from '../registry/read-manifest.ts'
import { locateRepository } from '../registry/repository.ts'
import { type Finding, passed, skipped, warning } from './check.ts'
import type { Examination } from './probe.ts'
import { settled } from './unexpected.ts'

/** Something of a repository that other checks can ask for. */
export interface Sample {
  readonly manifest: Digest
  /** The config of an image. */
  readonly blob: Descriptor | undefined
}

/** An examination of a repository. */
export type RepositoryExamination = Examination & { readonly repository: string }

/** In bytes: a list of one tag; some registries give all. */
const MAX_LIST = 8 * 1024 * 1024

/** Checks that a repository can be read, and finds a sample of its content. */
export async function checkRepository(
  examination: Examination,
): Promise<{ readonly finding: Finding; readonly sample?: Sample | undefined }> {
  const { repository } = examination
  if (repository === undefined) return { finding: skipped('NOT_ASKED', 'no repository was given.') }
  const context = { ...examination, repository }
  let sample: Sample | undefined
  const finding = await settled(examination, async () => {
    const tags = await readFirstTags(context)
    if (!tags) {
      return warning(
        'NOT_FOUND',
        `The repository "${repository}" does not exist, or the user may not see it.`,
        'push an image to create it; some registries require that you create the repository first',
      )
    }
    sample = tags[0] === undefined ? undefined : await findSample(context, tags[0])
    return passed(`The repository "${repository}" can be read.`)
  })
  return { finding, sample }
}

/** Reads the start of the list of tags. Returns `undefined` if the repository does not exist. */
async function readFirstTags(context: RepositoryExamination): Promise<readonly string[] | undefined> {
  const { registry, repository, signal, timeout } = context
  const { path, pull } = locateRepository(registry.url, repository)
  const answer = await registry.send({
    act: `list the tags of "${repository}"`,
    method: 'GET',
    url: `${path}tags/list?n=1`,
    scopes: pull,
    allow: [404],
    timeout,
    signal,
  })
  if (answer.status === 404) return undefined
  const list = await readJsonAnswer(answer, MAX_LIST)
  return isJsonObject(list) ? textListField(list, 'tags') : []
}

/** Finds a manifest and the config of an image behind a tag. */
async function findSample(context: RepositoryExamination, tag: string): Promise<Sample | undefined> {
  const top = await find(context, tag)
  if (!top) return undefined
  const child = isIndex(top.manifest) ? top.manifest.manifests[0]?.digest : undefined
  const image = child === undefined ? top : await find(context, child)
  const blob = image && !isIndex(image.manifest) ? image.manifest.config : undefined
  return { manifest: top.digest, blob }
}

function find(context: RepositoryExamination, reference: string): Promise<ManifestInfo | undefined> {
  const { registry, repository, signal } = context
  return findManifest(manifestAt(registry, repository, reference), signal)
}
