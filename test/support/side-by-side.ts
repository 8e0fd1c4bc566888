/** The commands that are compared. */
export const TOOLS = ['registry-client', 'crane', 'skopeo', 'regctl', 'oras'] as const

export type Tool = (typeof TOOLS)[number]

/** A job, and the command of each tool for it. A tool without one does not do the job. */
export interface Job {
  readonly title: string
  readonly commands: Readonly<Partial<Record<Tool, string>>>
}

const REF = 'registry.example.com/team/app:v1'

/** Ten jobs, in an order in which each finds what it needs. */
export const JOBS: readonly Job[] = [
  {
    title: 'Push a `docker save` archive',
    commands: {
      'registry-client': `push app.tar ${REF}`,
      crane: `push app.tar ${REF}`,
      skopeo: `copy docker-archive:app.tar docker://${REF}`,
      regctl: `image import ${REF} app.tar`,
    },
  },
  {
    title: 'List repositories',
    commands: {
      'registry-client': 'repos registry.example.com',
      crane: 'catalog registry.example.com',
      regctl: 'repo ls registry.example.com',
      oras: 'repo ls registry.example.com',
    },
  },
  {
    title: 'List tags',
    commands: {
      'registry-client': 'tags registry.example.com/team/app',
      crane: 'ls registry.example.com/team/app',
      skopeo: 'list-tags docker://registry.example.com/team/app',
      regctl: 'tag ls registry.example.com/team/app',
      oras: 'repo tags registry.example.com/team/app',
    },
  },
  {
    title: 'Print a digest',
    commands: {
      'registry-client': `digest ${REF}`,
      crane: `digest ${REF}`,
      skopeo: `inspect --format {{.Digest}} docker://${REF}`,
      regctl: `image digest ${REF}`,
      oras: `resolve ${REF}`,
    },
  },
  {
    title: 'Pull into a file for `docker load`',
    commands: {
      'registry-client': `pull ${REF} -o pulled.tar`,
      crane: `pull ${REF} pulled.tar`,
      skopeo: `copy docker://${REF} docker-archive:pulled.tar:team/app:v1`,
      regctl: `image export ${REF} pulled.tar`,
    },
  },
  {
    title: 'Copy all tags to another registry',
    commands: {
      'registry-client': 'copy --all-tags registry.example.com/team/app mirror.example.com/team/app',
      crane: 'copy --all-tags registry.example.com/team/app mirror.example.com/team/app',
      skopeo: 'sync --src docker --dest docker registry.example.com/team/app mirror.example.com/team',
    },
  },
  {
    title: 'Add a tag',
    commands: {
      'registry-client': `tag ${REF} stable`,
      crane: `tag ${REF} stable`,
      skopeo: `copy docker://${REF} docker://registry.example.com/team/app:stable`,
      regctl: `image copy ${REF} registry.example.com/team/app:stable`,
      oras: `tag ${REF} stable`,
    },
  },
  {
    title: 'Print a file of an image',
    commands: {
      'registry-client': `files ${REF} FILE`,
      regctl: `image get-file ${REF} FILE`,
    },
  },
  {
    title: 'Attach an SBOM',
    commands: {
      'registry-client': `attach ${REF} sbom.json:application/spdx+json --type application/spdx+json`,
      regctl: `artifact put --subject ${REF} --artifact-type application/spdx+json -f sbom.json`,
      oras: `attach --artifact-type application/spdx+json ${REF} sbom.json:application/spdx+json`,
    },
  },
  {
    title: 'Delete an image by its digest',
    commands: {
      'registry-client': 'delete --yes registry.example.com/team/app@DIGEST',
      crane: 'delete registry.example.com/team/app@DIGEST',
      regctl: 'manifest delete registry.example.com/team/app@DIGEST',
      oras: 'manifest delete --force registry.example.com/team/app@DIGEST',
    },
  },
]

/** A failure, and how it is met. */
export interface Failure extends Job {
  /** The exit code of registry-client. */
  readonly exitCode: number
}

/** Five failures that people meet. */
export const FAILURES: readonly Failure[] = [
  {
    title: 'Nothing answers at the address',
    exitCode: 7,
    commands: {
      'registry-client': 'tags down.example.com/team/app',
      crane: 'ls down.example.com/team/app',
      skopeo: 'list-tags docker://down.example.com/team/app',
      regctl: 'tag ls down.example.com/team/app',
      oras: 'repo tags down.example.com/team/app',
    },
  },
  {
    title: 'The password is wrong',
    exitCode: 6,
    commands: {
      'registry-client': 'tags private.example.com/team/app',
      crane: 'ls private.example.com/team/app',
      skopeo: 'list-tags docker://private.example.com/team/app',
      regctl: 'tag ls private.example.com/team/app',
      oras: 'repo tags private.example.com/team/app',
    },
  },
  {
    title: 'The tag does not exist',
    exitCode: 5,
    commands: {
      'registry-client': 'pull registry.example.com/team/app:v9 -o missing.tar',
      crane: 'pull registry.example.com/team/app:v9 missing.tar',
      skopeo: 'copy docker://registry.example.com/team/app:v9 docker-archive:missing.tar:team/app:v9',
      regctl: 'image export registry.example.com/team/app:v9 missing.tar',
      oras: 'pull registry.example.com/team/app:v9',
    },
  },
  {
    title: 'The file is not an archive',
    exitCode: 3,
    commands: {
      'registry-client': 'push page.html registry.example.com/team/app:v2',
      crane: 'push page.html registry.example.com/team/app:v2',
      skopeo: 'copy docker-archive:page.html docker://registry.example.com/team/app:v2',
      regctl: 'image import registry.example.com/team/app:v2 page.html',
    },
  },
  {
    title: 'The certificate of the registry is not trusted',
    exitCode: 7,
    commands: {
      'registry-client': 'tags secure.example.com/team/app',
      crane: 'ls secure.example.com/team/app',
      skopeo: 'list-tags docker://secure.example.com/team/app',
      regctl: 'tag ls secure.example.com/team/app',
      oras: 'repo tags secure.example.com/team/app',
    },
  },
]
