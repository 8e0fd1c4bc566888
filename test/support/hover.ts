import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

/** A language server, as editors start it. */
export interface Editor {
  /** Reads what an editor shows of a word, where it stands for the last time in a file. */
  hover(file: string, word: string): Promise<string>
  close(): void
}

interface Message {
  readonly id?: number
  readonly method?: string
  readonly result?: { readonly contents?: { readonly value?: string } } | null
}

/** Starts TypeScript's language server on a folder. */
export async function openEditor(folder: string): Promise<Editor> {
  const server = spawn(resolve('node_modules/.bin/tsc'), ['--lsp', '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] })
  const waiting = new Map<number, (message: Message) => void>()
  let last = 0
  readMessages(server, (message) => {
    if (message.id === undefined) return
    // The server asks too, for settings for example: it gets no answer but "nothing".
    if (message.method !== undefined) write(server, { id: message.id, result: null })
    else waiting.get(message.id)?.(message)
  })
  const ask = (method: string, params: unknown) =>
    new Promise<Message>((answer) => {
      const id = ++last
      waiting.set(id, answer)
      write(server, { id, method, params })
    })
  await ask('initialize', {
    processId: process.pid,
    rootUri: pathToFileURL(resolve(folder)).href,
    capabilities: { textDocument: { hover: { contentFormat: ['markdown'] } } },
  })
  write(server, { method: 'initialized', params: {} })
  return {
    async hover(file, word) {
      const text = readFileSync(file, 'utf8')
      const uri = pathToFileURL(resolve(file)).href
      write(server, {
        method: 'textDocument/didOpen',
        params: { textDocument: { uri, languageId: 'typescript', version: 1, text } },
      })
      const before = text.slice(0, text.lastIndexOf(word)).split('\n')
      const position = { line: before.length - 1, character: before.at(-1)?.length ?? 0 }
      const { result } = await ask('textDocument/hover', { textDocument: { uri }, position })
      return result?.contents?.value ?? ''
    },
    close: () => void server.kill(),
  }
}

function write({ stdin }: ChildProcess, message: object): void {
  const body = JSON.stringify({ jsonrpc: '2.0', ...message })
  stdin?.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
}

function readMessages({ stdout }: ChildProcess, take: (message: Message) => void): void {
  let bytes = Buffer.alloc(0)
  stdout?.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk])
    for (;;) {
      const header = /^[\s\S]*?Content-Length: (\d+)[\s\S]*?\r\n\r\n/.exec(bytes.toString('latin1'))
      if (!header) return
      const end = header[0].length + Number(header[1])
      if (bytes.length < end) return
      take(JSON.parse(bytes.subarray(header[0].length, end).toString()))
      bytes = bytes.subarray(end)
    }
  })
}
