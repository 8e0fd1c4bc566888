import { ReflectionKind } from 'typedoc'
import { anchorOf } from '../links.js'
import { membersOf, thrownClasses } from './api.js'

// Sections of the reference, as Markdown.

/** @typedef {import('typedoc').DeclarationReflection} Declaration */
/** @typedef {import('typedoc').SignatureReflection} Signature */
/** @typedef {(name: string) => string | undefined} FindType Returns the address of the section of a type. */

/**
 * Writes the section of a function.
 *
 * @param {Declaration} own The function of the entry that the section is about.
 * @param {string} entries
 * @param {Declaration | undefined} inNode The function of the same name in `./node`, if it takes more.
 * @param {FindType} find
 */
export function functionSection(own, entries, inNode, find) {
  const [first] = own.signatures ?? []
  if (!first) throw new Error(`${own.name} has no signature`)
  return joined([
    `## ${own.name}`,
    `<p class="entries">${entries}</p>`,
    text(first.comment?.summary),
    code(signatures(own)),
    parameters(own, find),
    options(own, find),
    `**Returns** ${typed(first.type, find)}: ${tagText(first, '@returns') || 'nothing.'}`,
    throws(first, find),
    example(first),
    ...(inNode ? nodeParts(own, inNode, find) : []),
  ])
}

/**
 * @param {Declaration} own
 * @param {Declaration} inNode
 * @param {FindType} find
 */
function nodeParts(own, inNode, find) {
  const [first] = inNode.signatures ?? []
  return [
    `### In ./node {#${anchorOf(own.name)}-in-node}`,
    signatures(own) !== signatures(inNode) && code(signatures(inNode)),
    parameters(inNode, find, own),
    options(own, find) !== options(inNode, find) && options(inNode, find),
    first && example(first),
  ]
}

/**
 * Writes the section of a type or a class.
 *
 * @param {Declaration} declaration
 * @param {FindType} find
 */
export function typeSection(declaration, find) {
  const { name, kind, type, comment, typeParameters } = declaration
  const isClass = kind === ReflectionKind.Class
  const members = (declaration.children ?? membersOf(type)).filter(
    ({ kind, flags }) => !flags.isStatic && !flags.isInherited && kind !== ReflectionKind.Constructor,
  )
  const generic = typeParameters ? `<${typeParameters.map(String).join(', ')}>` : ''
  const isPlain = type && members.length === 0
  return joined([
    `## ${name}`,
    text(comment?.summary),
    isClass &&
      declaration.extendedTypes &&
      `A class that extends ${declaration.extendedTypes.map((type) => typed(type, find)).join(', ')}.`,
    isPlain && code(`type ${name}${generic} = ${type}`),
    members.length > 0 &&
      table(
        ['name', 'meaning', 'type'],
        members.map((member) => memberRow(member, find)),
      ),
    comment && example(declaration),
  ])
}

/** @param {Declaration} declaration */
function signatures({ name, signatures = [] }) {
  return signatures
    .map(({ parameters = [], type, typeParameters }) => {
      const list = parameters.map(
        (one) => `${one.flags.isRest ? '...' : ''}${one.name}${isOptional(one) ? '?' : ''}: ${written(one.type)}`,
      )
      const inLine = list.join(', ')
      const generic = typeParameters ? `<${typeParameters.map(String).join(', ')}>` : ''
      const all = inLine.length > 60 ? `\n  ${list.join(',\n  ')},\n` : inLine
      return `function ${name}${generic}(${all}): ${written(type)}`
    })
    .join('\n')
}

/** @param {import('typedoc').ParameterReflection} parameter */
const isOptional = ({ flags, defaultValue }) => flags.isOptional || defaultValue !== undefined

/**
 * @param {Declaration} declaration
 * @param {FindType} find
 * @param {Declaration} [known] Its parameters are left out.
 */
function parameters(declaration, find, known) {
  const left = known ? parameterRows(known, find).map(String) : []
  const rows = parameterRows(declaration, find).filter((row) => !left.includes(String(row)))
  return rows.length > 0 && `**Parameters**\n\n${table(['name', 'meaning', 'type'], rows)}`
}

/**
 * @param {Declaration} declaration
 * @param {FindType} find
 */
function parameterRows({ signatures: [first] = [] }, find) {
  return (first?.parameters ?? []).map((one) => [
    `\`${one.name}\`${isOptional(one) ? ' (optional)' : ''}`,
    text(one.comment?.summary),
    typed(one.type, find),
  ])
}

/**
 * The members of the options of all signatures.
 *
 * @param {Declaration} declaration
 * @param {FindType} find
 */
function options({ signatures = [] }, find) {
  const members = signatures.flatMap(({ parameters = [] }) =>
    parameters.filter(({ name }) => /^(?:options|settings)$/.test(name)).flatMap(({ type }) => membersOf(type)),
  )
  const rows = [...new Map(members.map((member) => [member.name, member])).values()].map((member) => {
    const [name = '', meaning = '', type = ''] = memberRow(member, find, false)
    return [name, meaning, tagText(member, '@default') || (member.flags.isOptional ? 'none' : 'required'), type]
  })
  return rows.length > 0 && `**Options**\n\n${table(['name', 'meaning', 'default', 'type'], rows)}`
}

/**
 * @param {Declaration} member
 * @param {FindType} find
 * @param {boolean} [withDefault]
 */
function memberRow(member, find, withDefault = true) {
  const signature = member.signatures?.[0] ?? member.getSignature
  const isMethod = member.signatures !== undefined
  const type = isMethod
    ? `<code v-pre>${escaped(
        signatures(member)
          .replace(/^function \w+/, '')
          .replaceAll(/\s+/g, ' '),
      )}</code>`
    : typed(member.type ?? signature?.type, find)
  const default_ = withDefault && tagText(member, '@default')
  const meaning = text(member.comment?.summary ?? signature?.comment?.summary)
  return [
    `\`${member.name}${member.flags.isOptional ? '?' : ''}\``,
    [meaning, default_ && `Default: ${default_}`].filter(Boolean).join(' '),
    type,
  ]
}

/**
 * @param {Signature} signature
 * @param {FindType} find
 */
function throws(signature, find) {
  const classes = thrownClasses(signature)
  const rows = (signature.comment?.blockTags ?? [])
    .filter(({ tag }) => tag === '@throws')
    .map(({ content }, index) => [named(classes[index] ?? 'Error', find), text(content)])
  return rows.length > 0 && `**Throws**\n\n${table(['class', 'when'], rows)}`
}

/** @param {{ comment?: import('typedoc').Comment | undefined }} reflection */
function example({ comment }) {
  const examples = comment?.blockTags.filter(({ tag }) => tag === '@example') ?? []
  return examples.length > 0 && `**Example**\n\n${examples.map(({ content }) => text(content)).join('\n\n')}`
}

/**
 * @param {{ comment?: import('typedoc').Comment | undefined }} reflection
 * @param {`@${string}`} tag
 */
function tagText({ comment }, tag) {
  const content = comment?.blockTags.find((one) => one.tag === tag)?.content
  // TypeDoc takes the text of a default for code.
  const plain = text(content).replace(/^```ts\n([\s\S]*)\n```$/, (_, value) =>
    /^(?!none$)[\w.'"]+$/.test(value) ? `\`${value}\`` : value,
  )
  return plain
}

/** @param {readonly import('typedoc').CommentDisplayPart[] | undefined} parts */
function text(parts) {
  return (parts ?? [])
    .map(({ text }) => text)
    .join('')
    .trim()
}

/**
 * A type as code, with links to the types that it names.
 *
 * @param {import('typedoc').SomeType | undefined} type
 * @param {FindType} find
 */
function typed(type, find) {
  return `<code v-pre>${escaped(written(type)).replaceAll(/\b[A-Z]\w+/g, (name) => linked(name, find))}</code>`
}

/**
 * @param {string} name
 * @param {FindType} find
 */
function named(name, find) {
  return `<code>${linked(name, find)}</code>`
}

/**
 * @param {string} name
 * @param {FindType} find
 */
function linked(name, find) {
  const address = find(name)
  return address === undefined ? name : `<a href="${address}">${name}</a>`
}

/**
 * A type as TypeScript writes it, but with the name of the type of digests.
 *
 * @param {import('typedoc').SomeType | undefined} type
 */
function written(type) {
  return String(type ?? 'void').replaceAll(/`sha256:\$\{string\}`/g, 'Digest')
}

/**
 * Text between tags of HTML, without a sign that means something in Markdown.
 *
 * @param {string} text
 */
function escaped(text) {
  return text.replaceAll(/[&<>`*_[\]{}|\\]/g, (sign) => `&#${sign.charCodeAt(0)};`)
}

/** @param {string} text */
const code = (text) => `\`\`\`ts\n${text}\n\`\`\``

/**
 * @param {readonly string[]} head
 * @param {ReadonlyArray<readonly string[]>} rows
 */
export function table(head, rows) {
  const cells = rows.map((row) => row.map((cell) => cell.replaceAll(/\s*\n\s*/g, ' ').replaceAll('|', '\\|')))
  return [head, head.map(() => '---'), ...cells].map((row) => `| ${row.join(' | ')} |`).join('\n')
}

/** @param {ReadonlyArray<string | false | undefined>} parts */
export function joined(parts) {
  return parts.filter(Boolean).join('\n\n')
}
