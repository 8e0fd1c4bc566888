import { resolve } from 'node:path'
import { API, type Checker, type Symbol as Declared, SignatureKind, SymbolFlags } from 'typescript/unstable/sync'

/** The two entries whose functions users call. */
export const ENTRIES = { '.': 'src/index.ts', './node': 'src/node/index.ts' } as const

/** A public function as its docstring describes it. */
export interface DocumentedFunction {
  readonly name: string
  readonly summary: string
  /** The parameters of the signature. A destructured one has no name. */
  readonly parameters: ReadonlyArray<string | undefined>
  readonly returnType: string
  /** The parameters that `@param` describes. Members of one, such as `options.platform`, are left out. */
  readonly params: readonly string[]
  readonly returns: string
  /** The classes that `@throws` names, in order. */
  readonly throws: readonly string[]
  /** The code of each `@example`. */
  readonly examples: readonly string[]
}

/** Reads the functions that each entry exports, with their docstrings, from the source. */
export function readDocumentedFunctions(): Readonly<Record<keyof typeof ENTRIES, readonly DocumentedFunction[]>> {
  const api = new API({ cwd: resolve('.') })
  try {
    const snapshot = api.updateSnapshot({ openProjects: [resolve('tsconfig.build.json')] })
    const [project] = snapshot.getProjects()
    if (!project) throw new Error('Cannot read the docstrings: tsconfig.build.json opens no project')
    const { checker, program } = project
    const functionsOf = (path: string) => {
      const file = program.getSourceFile(resolve(path))
      const entry = file && checker.getSymbolAtLocation(file)
      if (!entry) throw new Error(`Cannot read the docstrings of ${path}: it is not a module of tsconfig.build.json`)
      return checker.getExportsOfModule(entry).flatMap((symbol) => readFunction(checker, symbol) ?? [])
    }
    return { '.': functionsOf(ENTRIES['.']), './node': functionsOf(ENTRIES['./node']) }
  } finally {
    api.close()
  }
}

function readFunction(checker: Checker, exported: Declared): DocumentedFunction | undefined {
  const symbol = exported.flags & SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported
  if (!(symbol.flags & SymbolFlags.Function)) return undefined
  const type = checker.getTypeOfSymbol(symbol)
  const [signature] = type ? checker.getSignaturesOfType(type, SignatureKind.Call) : []
  const returned = signature && checker.getReturnTypeOfSignature(signature)
  if (!signature || !returned) throw new Error(`Cannot read the signature of ${exported.name}`)
  const tags = symbol.getJsDocTags(checker)
  const textsOf = (name: string) => tags.filter((tag) => tag.name === name).map(({ text = '' }) => text)
  return {
    name: exported.name,
    summary: symbol.getDocumentationComment(checker),
    parameters: signature.getParameters().map(({ name }) => (name.startsWith('__') ? undefined : name)),
    returnType: checker.typeToString(returned),
    params: textsOf('param').flatMap((text) => /^\w+(?=\s+\S)/.exec(text)?.[0] ?? []),
    returns: textsOf('returns').join(),
    throws: textsOf('throws').flatMap((text) => /^\{(\w+)\} if /.exec(text)?.[1] ?? []),
    examples: textsOf('example').flatMap((text) => /^```ts\n(.*)\n```$/s.exec(text)?.[1] ?? []),
  }
}
