/// <reference path="./css.d.ts" />
import { render } from 'preact'
import type { ProvideCredentials } from '../index.ts'
import { answerSignIns } from './answer-sign-ins.ts'
import type { RegistryPushEvents } from './events.ts'
import { openQueue } from './queue/open-queue.ts'
import { type CreatePushWorker, startWorker } from './start-worker.ts'
import { tellEvents } from './tell-events.ts'
import { readChosen, readDropped } from './view/dropped.ts'
import { createForm, type Form } from './view/form.ts'
import css from './view/push.css?inline'
import { PushForm } from './view/push-form.tsx'
import type { LinkToImage, PullCommand } from './view/pushed-image.ts'
import { createSignIn } from './view/sign-in.ts'
import { $language, toLanguage } from './words/locale.ts'
import { translate } from './words/messages.ts'

translate('element', () => import('./words/ko.ts'))

/** The listeners of `<registry-push>` know the details of its events. */
export interface RegistryPush {
  addEventListener<Name extends keyof RegistryPushEvents>(
    type: Name,
    listener: (event: RegistryPushEvents[Name]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void
}

/** A framework may import the element on its server, where there is no DOM. The page makes the element. */
const ElementOfPage = globalThis.HTMLElement ?? (class {} as typeof HTMLElement)

/**
 * The element `<registry-push>`: a form that pushes image archives to a registry. It pushes in a Worker, also while it
 * is out of the document.
 *
 * Attributes: `registry` (the address that the form begins with), `repository` and `tag` (the name for an archive with
 * one image, instead of its own names), `lang` (`en` or `ko`, for all elements of the page), `queue` (the name by which
 * the browser keeps the list of archives; two elements of one origin need two).
 *
 * Events: `push-open`, `push-progress`, `push-done`, `push-error`.
 *
 * @example
 * ```html
 * <registry-push registry="https://registry.example.com"></registry-push>
 * ```
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the interface adds overloads of what HTMLElement has
export class RegistryPush extends ElementOfPage {
  static readonly observedAttributes = ['registry', 'repository', 'tag', 'lang']

  #createWorker: CreatePushWorker | undefined
  #credentials: ProvideCredentials | undefined
  #imageLink: LinkToImage | undefined
  #pullCommand: PullCommand | undefined
  #root = this.attachShadow({ mode: 'open' })
  #signIn = createSignIn()
  #form: Form | undefined

  constructor() {
    super()
    // A page may set properties before this class is loaded.
    for (const name of ['createWorker', 'credentials', 'imageLink', 'pullCommand'] as const) {
      if (!Object.hasOwn(this, name)) continue
      const given = { [name]: this[name] }
      delete this[name]
      Object.assign(this, given)
    }
  }

  /**
   * Starts the Worker that pushes. Set it before the element comes into the document. Such a Worker asks for
   * credentials itself, unless `credentials` is set too.
   *
   * @default the Worker of the package, `registry-api-v2-client/element-worker`
   */
  get createWorker(): CreatePushWorker | undefined {
    return this.#createWorker
  }

  set createWorker(createWorker: CreatePushWorker | undefined) {
    this.#createWorker = createWorker
  }

  /**
   * Gives credentials when a registry asks for them. If it refuses them, the dialog of the element asks the user.
   *
   * @default the dialog
   */
  get credentials(): ProvideCredentials | undefined {
    return this.#credentials
  }

  set credentials(credentials: ProvideCredentials | undefined) {
    this.#credentials = credentials
  }

  /**
   * Gives the address of a page that shows an image, for the result of a push.
   *
   * @default there is no link
   */
  get imageLink(): LinkToImage | undefined {
    return this.#imageLink
  }

  set imageLink(imageLink: LinkToImage | undefined) {
    this.#imageLink = imageLink
    this.#render()
  }

  /**
   * Gives the line that pulls an image, for the result of a push. Without a line, the result shows none.
   *
   * @default `docker pull` with the host, the repository and the tag
   */
  get pullCommand(): PullCommand | undefined {
    return this.#pullCommand
  }

  set pullCommand(pullCommand: PullCommand | undefined) {
    this.#pullCommand = pullCommand
    this.#render()
  }

  /**
   * Adds archives to the form, as if the user had chosen them.
   *
   * @param files The `files` of `<input type="file">`: those with a `webkitRelativePath` are one folder. Or the `items`
   * of a drop, while its event is handled: then folders come in too.
   */
  async add(files: Iterable<File> | DataTransferItemList): Promise<void> {
    const form = this.#start()
    form.add(files instanceof DataTransferItemList ? await readDropped(files) : readChosen(files))
  }

  /**
   * Pushes all archives that are not pushed yet, as the button does. An archive whose push would move a tag stops with
   * its plan.
   *
   * @returns false if the address or a name cannot be used; the form shows which
   */
  push(): boolean {
    return this.#start().push()
  }

  /** Cancels all pushes that run or wait, and stops archives that are being read or planned. */
  cancel(): void {
    this.#form?.cancelAll()
  }

  connectedCallback(): void {
    this.#root.adoptedStyleSheets = [stylesheet()]
    this.#start()
    this.#render()
  }

  attributeChangedCallback(name: string, _before: string | null, value: string | null): void {
    if (name === 'lang') setLanguage(value)
    if (!this.#form) return
    if (name === 'registry') this.#form.setRegistry(value ?? '')
    else this.#nameImages(this.#form)
  }

  disconnectedCallback(): void {
    render(null, this.#root)
  }

  #start(): Form {
    if (this.#form) return this.#form
    const worker = startWorker(this.createWorker)
    // A Worker of the page asks the page.
    if (!this.createWorker || this.credentials) answerSignIns(worker, this.#signIn, () => this.credentials)
    const form = createForm(openQueue(worker.pushes, this.getAttribute('queue') ?? undefined))
    this.#form = form
    form.setRegistry(this.getAttribute('registry') ?? '')
    this.#nameImages(form)
    tellEvents(form, this)
    return form
  }

  #nameImages(form: Form): void {
    const repository = this.getAttribute('repository')
    form.givenName = repository ? { repository, tag: this.getAttribute('tag') || undefined } : undefined
  }

  #render(): void {
    if (!this.isConnected) return
    const settings = { imageLink: this.#imageLink, pullCommand: this.#pullCommand }
    render(<PushForm form={this.#start()} signIn={this.#signIn} settings={settings} />, this.#root)
  }
}

function setLanguage(tag: string | null): void {
  const language = tag === null ? undefined : toLanguage(tag)
  if (language) $language.set(language)
}

let sheet: CSSStyleSheet | undefined

function stylesheet(): CSSStyleSheet {
  if (!sheet) {
    sheet = new CSSStyleSheet()
    sheet.replaceSync(css)
  }
  return sheet
}
