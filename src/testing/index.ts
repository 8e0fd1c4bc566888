export type {
  CutFault,
  Fault,
  FaultMatch,
  LocationFault,
  LostFault,
  SilentFault,
  SlowFault,
  StaleFault,
  StatusFault,
} from './faults.ts'
export type { RegistryProfile } from './profiles.ts'
export type { TestCredentials } from './sign-in.ts'
export { createTestArchive, type TestArchiveOptions, type TestImage } from './test-archive.ts'
export { createTestRegistry, type TestRegistry, type TestRegistryOptions, type TestRequest } from './test-registry.ts'
