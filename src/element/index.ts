import { RegistryPush } from './registry-push.tsx'

export { RegistryPush } from './registry-push.tsx'
export type { CreatePushWorker } from './start-worker.ts'

declare global {
  interface HTMLElementTagNameMap {
    'registry-push': RegistryPush
  }
}

if (!customElements.get('registry-push')) customElements.define('registry-push', RegistryPush)
