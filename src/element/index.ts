import { RegistryPush } from './registry-push.tsx'

export type {
  Credentials,
  CredentialsRequest,
  ErrorCode,
  IdentityTokenCredentials,
  PasswordCredentials,
  ProvideCredentials,
  TokenCredentials,
} from '../index.ts'
export type { DoneDetail, ErrorDetail, OpenedDetail, RegistryPushEvents } from './events.ts'
export type { RegistryPushProps } from './props.ts'
export { RegistryPush } from './registry-push.tsx'
export type { CreatePushWorker } from './start-worker.ts'
export type { LinkToImage, PullCommand, PushedImage } from './view/pushed-image.ts'
export type { Summary } from './view/summary.ts'
export type { Fault } from './words/fault.ts'
export type { PushedTag } from './worker/pushes.ts'

declare global {
  interface HTMLElementTagNameMap {
    'registry-push': RegistryPush
  }
}

if (globalThis.customElements?.get('registry-push') === undefined)
  globalThis.customElements?.define('registry-push', RegistryPush)
