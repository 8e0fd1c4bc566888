import type { Consumer } from './consumer.ts'
import { ctr, ctr2, kind, kind2 } from './containerd.ts'
import { docker, docker29 } from './docker.ts'
import { podman } from './podman.ts'
import { crane, oras } from './registry-clients.ts'
import { skopeoDockerArchive, skopeoOciArchive, skopeoWithoutTag } from './skopeo.ts'

/** The tools that take a tar: the columns of the table in docs/pull-and-copy.md. */
export const CONSUMERS = {
  docker,
  docker29: docker29('containerd'),
  docker29graph: docker29('graph driver'),
  podman,
  skopeoDockerArchive,
  skopeoOciArchive,
  skopeoWithoutTag,
  ctr,
  kind,
  ctr2,
  kind2,
  oras,
  crane,
} satisfies Readonly<Record<string, Consumer>>

export type ConsumerName = keyof typeof CONSUMERS
