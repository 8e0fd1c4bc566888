import type { Consumer } from './consumer.ts'
import { ctr, ctr2, kind, kind2 } from './containerd.ts'
import { docker, docker29 } from './docker.ts'
import { podman } from './podman.ts'
import { crane, oras, orasFolder } from './registry-clients.ts'
import { skopeoDockerArchive, skopeoOci, skopeoOciArchive, skopeoWithoutTag } from './skopeo.ts'

/** The tools that take what is written: the columns of the table in docs/pull-and-copy.md. */
export const CONSUMERS = {
  docker,
  docker29: docker29('containerd'),
  docker29graph: docker29('graph driver'),
  podman,
  skopeoDockerArchive,
  skopeoOciArchive,
  skopeoWithoutTag,
  skopeoOci,
  ctr,
  kind,
  ctr2,
  kind2,
  oras,
  orasFolder,
  crane,
} satisfies Readonly<Record<string, Consumer>>

export type ConsumerName = keyof typeof CONSUMERS
