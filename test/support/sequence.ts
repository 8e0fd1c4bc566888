/** The projects in the order in which they run. One begins when the one before has ended: each keeps a small machine busy. */
const PROJECTS = [
  'node',
  'browser',
  'firefox',
  'webkit',
  'page',
  'page-engines',
  'peers',
  'peers-page',
  'packages',
] as const

export type ProjectName = (typeof PROJECTS)[number]

/** The place of a project in that order, for its `sequence`. */
export function sequenceOf(name: ProjectName): { groupOrder: number } {
  return { groupOrder: PROJECTS.indexOf(name) }
}
