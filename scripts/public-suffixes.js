import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

// Writes the list of public suffixes that `tldts` has into the source: npm run public-suffixes

/** @typedef {{ isRule: boolean, readonly children: Map<string, Label> }} Label */

const FILE = fileURLToPath(new URL('../src/registry/auth/public-suffixes.ts', import.meta.url))
const HEAD = `/*!
 * The rules of the Public Suffix List (https://publicsuffix.org/list/), in a shorter form.
 * They are subject to the terms of the Mozilla Public License, v. 2.0 (https://mozilla.org/MPL/2.0/).
 */

/**
 * \`uk(ac,co(a))\` has the rules uk, ac.uk, co.uk and a.co.uk. A label after \`~\` is no rule itself, one after \`!\` is an
 * exception, and \`*\` stands for any label. Written by \`npm run public-suffixes\`.
 */
`

/** Lists the rules as the list has them. Names outside of ASCII are in Punycode only, as in the hosts of URLs. */
export function readRules() {
  /** @type {typeof import('tldts/dist/types/src/data/trie.js')} */
  const trie = createRequire(import.meta.url)('tldts/dist/cjs/src/data/trie.js')
  const { edgeChild, edgeLength, edgeStart, exceptionsRoot, labelText, nodeFlags, rulesRoot } = trie
  /** @type {string[]} */
  const labels = []
  let position = 0
  for (const length of edgeLength) {
    labels.push(labelText.slice(position, position + length))
    position += length
  }
  /**
   * @param {number} node
   * @param {string} name
   * @returns {string[]}
   */
  const rulesBelow = (node, name) => {
    const edges = labels.slice(edgeStart[node], edgeStart[node + 1])
    const below = edges.flatMap((label, index) => {
      const child = edgeChild[(edgeStart[node] ?? 0) + index] ?? 0
      return rulesBelow(child, name === '' ? label : `${label}.${name}`)
    })
    return nodeFlags[node] ? [name, ...below] : below
  }
  const rules = [...rulesBelow(rulesRoot, ''), ...rulesBelow(exceptionsRoot, '').map((name) => `!${name}`)]
  return rules.filter((rule) => /^[!-~]+$/.test(rule))
}

/** Writes rules as the source of a module. */
export function toSource(/** @type {readonly string[]} */ rules) {
  /** @type {Label} */
  const root = { isRule: false, children: new Map() }
  for (const rule of rules) {
    let label = root
    for (const text of rule.split('.').reverse()) {
      const child = label.children.get(text) ?? { isRule: false, children: new Map() }
      label.children.set(text, child)
      label = child
    }
    label.isRule = true
  }
  return `${HEAD}export const PUBLIC_SUFFIXES: string = \`\n${toTexts(root).join('\n')}\n\`\n`
}

/**
 * @param {Label} label
 * @returns {string[]}
 */
function toTexts({ children }) {
  const sorted = [...children].sort(([one], [other]) => (one < other ? -1 : 1))
  return sorted.map(([text, label]) => {
    const below = label.children.size > 0 ? `(${toTexts(label).join(',')})` : ''
    return `${label.isRule ? '' : '~'}${text}${below}`
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(FILE, toSource(readRules()))
