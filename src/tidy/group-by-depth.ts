/**
 * Groups items that need not wait for each other, those of the lowest depth first.
 *
 * @param depthOf Called for each item, in their order.
 */
export function groupByDepth<T>(items: Iterable<T>, depthOf: (item: T) => number): ReadonlyArray<readonly T[]> {
  const groups = new Map<number, T[]>()
  for (const item of items) {
    const depth = depthOf(item)
    const group = groups.get(depth)
    if (group) group.push(item)
    else groups.set(depth, [item])
  }
  return [...groups].sort(([one], [other]) => one - other).map(([, group]) => group)
}
