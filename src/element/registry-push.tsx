import { render } from 'preact'
import type { ProvideCredentials } from '../index.ts'
import { type CreatePushWorker, startWorker } from './start-worker.ts'
import css from './view/push.css?inline'
import { PushForm } from './view/push-form.tsx'
import { translate } from './words/messages.ts'

translate('element', () => import('./words/ko.ts'))

/**
 * The element `<registry-push>`: a form that pushes image archives to a registry.
 *
 * @example
 * ```html
 * <registry-push registry="https://registry.example.com"></registry-push>
 * ```
 */
export class RegistryPush extends HTMLElement {
  static readonly observedAttributes = ['registry']

  /** Starts the Worker that pushes. @default the Worker of the package */
  createWorker: CreatePushWorker | undefined
  /** Gives credentials when the registry asks for them. @default a dialog of the element */
  credentials: ProvideCredentials | undefined

  #root = this.attachShadow({ mode: 'open' })

  connectedCallback(): void {
    this.#root.adoptedStyleSheets = [stylesheet()]
    this.#render()
  }

  attributeChangedCallback(): void {
    if (this.isConnected) this.#render()
  }

  disconnectedCallback(): void {
    render(null, this.#root)
  }

  #worker = lazy(() => startWorker(this.createWorker))

  #render(): void {
    render(<PushForm registry={this.getAttribute('registry') ?? ''} worker={this.#worker()} host={this} />, this.#root)
  }
}

let sheet: CSSStyleSheet | undefined

function stylesheet(): CSSStyleSheet {
  if (!sheet) {
    sheet = new CSSStyleSheet()
    sheet.replaceSync(css)
  }
  return sheet
}

function lazy<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
