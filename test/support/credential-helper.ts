import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What a credential helper does with what it is asked: the body of a script in JavaScript, with `server` and `action` in it. */
export const HELPERS = {
  answers: (credentials: { readonly Username: string; readonly Secret: string }) =>
    `console.log(JSON.stringify({ ServerURL: server, ...${JSON.stringify(credentials)} }))`,
  keeps: [
    "const kept = __filename + '.kept'",
    "if (action === 'store') fs.writeFileSync(kept, server)",
    "if (action === 'erase') fs.rmSync(kept, { force: true })",
    "const text = fs.existsSync(kept) ? fs.readFileSync(kept, 'utf8') : '{}'",
    "if (action === 'list') console.log(JSON.stringify({ [JSON.parse(text).ServerURL ?? '']: JSON.parse(text).Username }))",
    "if (action === 'get' && JSON.parse(text).ServerURL === server) console.log(text)",
    "else if (action === 'get') { console.log('credentials not found in native keychain'); process.exitCode = 1 }",
  ].join('\n'),
  knowsNobody: `console.log('credentials not found in native keychain'); process.exitCode = 1`,
} as const

/** Writes a real credential helper, which also notes what it is asked in a file of its name with `.asked` behind it. */
export function writeHelper(folder: string, name: string, body: string): string {
  const path = join(folder, `docker-credential-${name}`)
  const script = [
    '#!/usr/bin/env node',
    "const fs = require('node:fs')",
    "const server = fs.readFileSync(0, 'utf8')",
    'const action = process.argv.slice(2).join()',
    "fs.appendFileSync(__filename + '.asked', action + ' ' + server + '\\n')",
    body,
  ]
  writeFileSync(path, script.join('\n'))
  chmodSync(path, 0o755)
  return path
}
