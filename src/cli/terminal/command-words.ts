/** The flags for options of the SDK. */
export const FLAGS: Readonly<Record<string, string>> = {
  allowedRealms: '--allow-realm',
  all: '--all',
  ca: '--ca',
  cert: '--cert',
  compress: '--compress',
  decompress: '--decompress',
  entry: '--entry',
  expected: '--expect',
  foreignLayers: '--foreign-layers',
  format: '--format',
  image: '--image',
  insecure: '--insecure',
  names: '--name',
  overwrite: '--force',
  overwriteTags: '--overwrite-tags',
  platform: '--platform',
  platforms: '--platform',
  rename: '--rename',
  timeout: '--timeout',
}

/** Texts of the SDK that no flag replaces, and their words here. Longer texts come first. */
const PHRASES: ReadonlyArray<readonly [sdk: string, command: string]> = [
  // Sign-in and connections
  [
    'pass { credentials } to openRegistry; for dockerCredentials, sign in to this host with "docker login"',
    'sign in with "registry-client login"',
  ],
  ['check them, or sign in again', 'check the name and the password, and sign in again with "registry-client login"'],
  ['pass { credentials: { username, password } } instead', 'leave it out, and sign in with "registry-client login"'],
  [
    'pass { username, password } (no ":" in the username), { identityToken } or { token }',
    'pass a user name without ":", and a password',
  ],
  ['pass { file }, or set', 'set'],
  ['pass another file with { file }', 'set the variable DOCKER_CONFIG to another folder'],
  ['in Node pass createFetch({ cert, key })', 'pass --cert and --key'],
  ['in Node pass createFetch({ ca })', 'pass it with --ca'],
  ['in Node pass { fetch: createFetch({ ca }) }', 'pass the certificate of its authority with --ca'],
  ['pass the content of the file, from "-----BEGIN CERTIFICATE-----" on', 'pass a file of certificates in PEM'],
  ['in PEM, and the { passphrase } of an encrypted key', 'in PEM; the key must not be encrypted'],
  ['{ cert, key }', '--cert and --key'],
  // Images and platforms
  ['{ image: "name:tag" } or { image: index }', '{ image: "name:tag" }'],
  ['push it with pushDockerTar, a repository and', 'push it with a destination and'],
  ['push it with pushDockerTar', 'write it to a file, and push that'],
  ['push that with pushDockerTar', 'push that'],
  ['with pushDockerTar and', 'with a destination and'],
  ['openArchive() tells what it holds', '"registry-client inspect" tells what it holds'],
  ['choose its other platforms with selectPlatforms()', 'choose its other platforms'],
  [', choose one with { images }', ', choose one with { image }'],
  [', or write archive.index, which has all as one multi-platform image', ''],
  [", or all that are there with { platforms: 'available' } (a new index with another digest)", ''],
  ["what there is with { platforms: 'available' } (a new index with another digest), or ", ''],
  ["push again with { existing: 'upload' }, which sends also the blobs that it says it has, and", 'push again, and'],
  [", with { existing: 'upload' } if the registry still says that it has it", ''],
  [
    "push again with { hashing: 'always', existing: 'upload' }, which tells whether the archive is damaged",
    'push to another repository without --hashing, which tells whether the archive is damaged',
  ],
  // Files
  ['; look at { filter } if there is one', ''],
  [' with { filter }', '; build and append do so with --exclude'],
  ['; { at } chooses the folder in the image', ''],
  [' with { remove }', ''],
  ['pass a stream of its bytes as { title, data }', 'rename it'],
  [', or pass its descriptor { mediaType, digest, size } if it comes later', ''],
  ['; saveLayout() writes a folder', ''],
  ['read its stream(), or ', ''],
  ['pass { followLinks: true }', 'read the file that it points at'],
  ['pass { name: value }', 'write it as NAME=VALUE'],
  ['pass the response of fetch() for it', 'download it, and pipe it into "registry-client push -"'],
  ['read it with pullArtifact', 'write it with "registry-client artifact pull"'],
  // Deletes and tags
  ['copyImage() or a push brings', '"registry-client copy" or a push brings'],
  ['pass { deleteSharedManifest: true } to delete them all', 'delete their digest to delete them all'],
  [', or raise { maxManifestBytes }', ''],
]

/** Turns a remedy, a fault or a warning of the SDK into the words of the command: flags instead of options. */
export function inCommandWords(text: string): string {
  const replaced = PHRASES.reduce((words, [sdk, command]) => words.replaceAll(sdk, command), text)
  return replaced
    .replaceAll(/\{ \w+: \{ ([\w, ]+) \} \}/g, (_, names: string) => names.split(', ').map(limitFlag).join(' or '))
    .replaceAll(/\{ (\w+)(?:: ([^{}]*))? \}/g, (_, name: string, value = '') => flagOf(name, value))
}

const limitFlag = (name: string) => `--limit ${name}=NUMBER`

/** The flag of an option. A value loses its quotes. */
function flagOf(name: string, value: string): string {
  const flag = FLAGS[name] ?? `the option "${name}" of the SDK`
  const plain = value.replaceAll(/['"[\]]/g, '')
  return ['', 'true', 'upload'].includes(plain) ? flag : `${flag} ${plain}`
}
