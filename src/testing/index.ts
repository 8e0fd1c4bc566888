export type {
  ChangedFault,
  CutAnswerFault,
  CutFault,
  Fault,
  FaultMatch,
  FlippedFault,
  LocationFault,
  LostFault,
  OtherRangeFault,
  ResizedFault,
  SilentFault,
  SlowFault,
  StaleFault,
  StalledFault,
  StatusFault,
  ThrottledFault,
  WholeFault,
} from './faults.ts'
export type { ObjectStorageOptions } from './object-storage.ts'
export type { RegistryProfile } from './profiles.ts'
export type { TestCredentials } from './sign-in.ts'
export { createTestArchive, type TestArchiveOptions, type TestImage } from './test-archive.ts'
export {
  type AnsweredRequest,
  createTestRegistry,
  type TestRegistry,
  type TestRegistryOptions,
  type TestRequest,
} from './test-registry.ts'
