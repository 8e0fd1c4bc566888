import { NO_SETTINGS, type SettingsForm } from '../change/settings-form.ts'
import { readTags } from '../change/tag-names.ts'
import type { CopyTo } from '../worker/copying.ts'

/** The texts of the form, besides the files. */
export interface BuildForm {
  /** `team/base:v1`. Empty: the image has only the files. */
  readonly base: string
  readonly platform: string
  readonly at: string
  /** `0:0` */
  readonly owner: string
  readonly executable: 'programs' | 'all' | 'none'
  /** The date of the image: that of the build, or one that is the same for the same files. */
  readonly date: 'build' | 'fixed'
  /** Names of files that are left out. */
  readonly without: string
  readonly settings: SettingsForm
  readonly registry: string
  readonly repository: string
  readonly tags: string
}

export const EMPTY_FORM: BuildForm = {
  base: '',
  platform: 'linux/amd64',
  at: '/app',
  owner: '0:0',
  executable: 'programs',
  date: 'build',
  without: '.git .DS_Store',
  settings: NO_SETTINGS,
  registry: '',
  repository: '',
  tags: '',
}

/** Reads the numbers of a user and a group: `1000`, `1000:1000`. */
export function readOwner(text: string): { readonly uid: number; readonly gid: number } | undefined {
  const [, uid, gid] = /^(\d{1,10})(?::(\d{1,10}))?$/.exec(text.trim()) ?? []
  return uid === undefined ? undefined : { uid: Number(uid), gid: Number(gid ?? uid) }
}

/** Reads the place that the image is pushed to. */
export function destinationOf({ registry, repository, tags }: BuildForm): CopyTo {
  return { registry: registry.trim(), repository: repository.trim(), tags: readTags(tags) }
}
