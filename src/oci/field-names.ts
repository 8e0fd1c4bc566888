import { ValidationError } from '../errors.ts'
import { isJsonObject } from './json.ts'

/**
 * The fields of a document, by their exact names, and what is in them. Lists have the shape of their items. `undefined`
 * is what has no fixed fields.
 */
interface Shape {
  readonly fields: Readonly<Record<string, Shape | undefined>>
  /** The shape of all other fields of a map, whose names are free. */
  readonly others?: Shape
}

/**
 * Refuses fields whose names are those of known ones but for the case. Readers in Go (Docker, containerd, skopeo) take
 * them for the known ones, so that they would read another image than is read here (the kind of CVE-2021-41190).
 *
 * @param what The document, for the message.
 * @throws {ValidationError} if there is such a field at any depth of the shape
 */
export function verifyFieldNames(document: unknown, shape: Shape, what: string): void {
  if (Array.isArray(document)) {
    for (const item of document) verifyFieldNames(item, shape, what)
  } else if (isJsonObject(document)) {
    for (const [name, value] of Object.entries(document)) {
      const isKnown = Object.hasOwn(shape.fields, name)
      if (!isKnown) verifyName(name, shape, what)
      const inner = isKnown ? shape.fields[name] : shape.others
      if (inner) verifyFieldNames(value, inner, what)
    }
  }
}

function verifyName(name: string, { fields }: Shape, what: string): void {
  const folded = fold(name)
  const known = Object.keys(fields).find((field) => fold(field) === folded)
  if (known === undefined) return
  throw new ValidationError(
    'ARCHIVE_UNSAFE',
    `Cannot read ${what}: other readers take its field ${JSON.stringify(name)} for ${JSON.stringify(known)}`,
    { remedy: 'write it in the right case', path: what },
  )
}

/**
 * Unicode's simple case folding, as far as it leads to ASCII: the Kelvin sign is a `k` in lower case, but `ſ` stays
 * what it is.
 */
function fold(name: string): string {
  return name.toLowerCase().replaceAll('\u017f', 's')
}

/** Names the fields of an object: those without fixed fields, and those with a shape of their own. */
function object(plain: string, shapes: Readonly<Record<string, Shape>> = {}): Shape {
  return { fields: { ...Object.fromEntries(plain.split(' ').map((name) => [name, undefined])), ...shapes } }
}

const PLATFORM = object('architecture os os.version os.features variant features')
const DESCRIPTOR = object('mediaType digest size urls annotations data artifactType', { platform: PLATFORM })

/** An image manifest or an index (image-spec § Image Manifest, § Image Index). */
export const MANIFEST_SHAPE = object('schemaVersion mediaType artifactType annotations', {
  config: DESCRIPTOR,
  layers: DESCRIPTOR,
  manifests: DESCRIPTOR,
  subject: DESCRIPTOR,
})

/** `oci-layout` (image-spec § Image Layout). */
export const LAYOUT_SHAPE = object('imageLayoutVersion')

/** `manifest.json` in archives of `docker save`. */
export const DOCKER_MANIFEST_SHAPE = object('Config RepoTags Layers Parent', {
  LayerSources: { fields: {}, others: DESCRIPTOR },
})

const RUNTIME = object(
  'Hostname Domainname User AttachStdin AttachStdout AttachStderr ExposedPorts Tty OpenStdin StdinOnce Env Cmd ArgsEscaped Image ' +
    'Volumes WorkingDir Entrypoint NetworkDisabled MacAddress OnBuild Labels StopSignal StopTimeout Shell',
  { Healthcheck: object('Test Interval Timeout StartPeriod StartInterval Retries') },
)

/** An image's config (image-spec § Image Configuration), with the fields that Docker adds. */
export const CONFIG_SHAPE = object(
  'created author architecture os os.version os.features variant comment id parent container docker_version Size',
  {
    config: RUNTIME,
    container_config: RUNTIME,
    rootfs: object('type diff_ids'),
    history: object('created created_by author comment empty_layer'),
  },
)
