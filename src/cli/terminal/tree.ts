import { printable } from './text.ts'

/** A node of a tree: its lines, and the nodes below it. */
interface TreeNode<T> {
  readonly lines: readonly string[]
  readonly children: readonly T[]
}

/**
 * Draws a tree. Control characters are escaped.
 *
 * @param root The line of the root.
 * @param describe Gives the lines of a node, and its children.
 */
export function drawTree<T>(root: string, nodes: readonly T[], describe: (node: T) => TreeNode<T>): readonly string[] {
  return [printable(root), ...drawNodes(nodes, describe)]
}

function drawNodes<T>(nodes: readonly T[], describe: (node: T) => TreeNode<T>): readonly string[] {
  return nodes.flatMap((node, index) => {
    const { lines, children } = describe(node)
    const below = drawNodes(children, describe)
    const [first = '', ...others] = lines.map(printable)
    const stem = below.length > 0 ? '│  ' : '   '
    const [head, rest] = index < nodes.length - 1 ? ['├─ ', '│  '] : ['└─ ', '   ']
    const inner = [first, ...others.map((line) => stem + line), ...below]
    return inner.map((line, at) => (at === 0 ? head : rest) + line)
  })
}
