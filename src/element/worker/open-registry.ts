// Loaded when a registry is used first: the page starts sooner.

export { keepDocuments, openRegistry } from '../../index.ts'
