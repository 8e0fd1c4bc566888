import { useStore } from '@nanostores/preact'
import type { ImageConfig } from 'registry-api-v2-client'
import { messages } from '../../src/element/words/messages.ts'
import { Pairs } from './pairs.tsx'

const $texts = messages('image/config', {
  title: 'Configuration',
  entrypoint: 'Program (entrypoint)',
  cmd: 'Arguments (cmd)',
  workingDir: 'Working folder',
  user: 'User',
  root: 'root (default)',
  exposedPorts: 'Ports',
  volumes: 'Volumes',
  stopSignal: 'Stop signal',
  healthcheck: 'Health check',
  comment: 'Comment',
  env: 'Environment variables',
  labels: 'Labels',
})

/** The settings of an image: the program that a container runs, and its surroundings. */
export function ConfigSection({ configuration }: { readonly configuration: ImageConfig }) {
  const texts = useStore($texts)
  const { entrypoint, cmd, workingDir, user, exposedPorts, volumes, stopSignal, healthcheck, comment, env, labels } =
    configuration
  const all: readonly (readonly [name: string, value: string | undefined])[] = [
    [texts.entrypoint, commandLine(entrypoint)],
    [texts.cmd, commandLine(cmd)],
    [texts.workingDir, workingDir],
    [texts.user, user || texts.root],
    [texts.exposedPorts, Object.keys(exposedPorts).join(', ')],
    [texts.volumes, Object.keys(volumes).join(', ')],
    [texts.stopSignal, stopSignal],
    [texts.healthcheck, healthcheck && JSON.stringify(healthcheck)],
    [texts.comment, comment],
  ]
  const settings = all.flatMap(([name, value]) => (value ? [[name, value] as const] : []))
  return (
    <section aria-labelledby="config-title">
      <h2 id="config-title">{texts.title}</h2>
      <Pairs pairs={settings} />
      <Group title={texts.env} pairs={env.map(splitVariable)} />
      <Group title={texts.labels} pairs={Object.entries(labels)} />
    </section>
  )
}

interface GroupProps {
  readonly title: string
  readonly pairs: readonly (readonly [name: string, value: string])[]
}

function Group({ title, pairs }: GroupProps) {
  if (pairs.length === 0) return null
  return (
    <details>
      <summary>
        {title} ({pairs.length})
      </summary>
      <Pairs pairs={pairs} />
    </details>
  )
}

/** Writes arguments as in a Dockerfile: `["nginx", "-g", "daemon off;"]`. */
function commandLine(args: readonly string[]): string {
  return args.length === 0 ? '' : `[${args.map((arg) => JSON.stringify(arg)).join(', ')}]`
}

function splitVariable(variable: string): readonly [string, string] {
  const at = variable.indexOf('=')
  return at < 0 ? [variable, ''] : [variable.slice(0, at), variable.slice(at + 1)]
}
