// Loaded when a registry is used first: the page starts sooner.

export { keepDocuments, openRegistry, parseRegistryAddress } from '../../index.ts'
