export type { RegistryProfile } from './profiles.ts'
export { createTestArchive, type TestArchiveOptions, type TestImage } from './test-archive.ts'
export { createTestRegistry, type TestRegistry, type TestRegistryOptions, type TestRequest } from './test-registry.ts'
