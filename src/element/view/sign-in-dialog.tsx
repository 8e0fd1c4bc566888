import { useStore } from '@nanostores/preact'
import type { ComponentChildren } from 'preact'
import { useId, useLayoutEffect, useRef } from 'preact/hooks'
import type { PasswordCredentials } from '../../index.ts'
import { messages } from '../words/messages.ts'
import { params } from '../words/placeholders.ts'
import type { SignInRequest } from '../worker/session.ts'

const $texts = messages('element/sign-in', {
  title: params('Sign in to {registry}'),
  username: 'User name',
  password: 'Password or token',
  refused: 'The registry does not accept this user name and password. Check them, and type the password again.',
  note: 'They are sent only to the registry or its sign-in server. They are kept only while this page is open.',
  signIn: 'Sign in',
  cancel: 'Cancel',
})

/** A request for credentials that waits for the user. */
export interface SignInQuestion extends SignInRequest {
  /** Of the attempt that the registry refused. */
  readonly username?: string | undefined
  /** @param isRemembered True if the user wants the browser to keep them. */
  answer(credentials: PasswordCredentials | undefined, isRemembered?: boolean): void
}

interface SignInDialogProps {
  readonly question: SignInQuestion | undefined
  /**
   * Between the fields and the buttons. A checkbox `remember` asks to keep the credentials.
   *
   * @default a text that says how long they are kept
   */
  readonly children?: ComponentChildren
}

/** The dialog that opens when a registry asks who the user is, and again if it refuses the answer. */
export function SignInDialog({ question, children }: SignInDialogProps) {
  const texts = useStore($texts)
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  // At once: the event of an earlier close must not find the next question beside a closed dialog.
  useLayoutEffect(() => {
    if (question) dialog.current?.showModal()
    else dialog.current?.close()
  }, [question])
  return (
    <dialog
      ref={dialog}
      part="dialog"
      aria-labelledby={id}
      onClose={({ currentTarget }) => {
        if (!currentTarget.open) question?.answer(undefined)
      }}
    >
      {question && (
        <form
          // Another question has other answers.
          key={`${question.registry} ${question.isRefused}`}
          method="dialog"
          onSubmit={(event) => {
            event.preventDefault()
            const data = new FormData(event.currentTarget)
            const text = (name: string) => String(data.get(name))
            question.answer({ username: text('username'), password: text('password') }, data.has('remember'))
          }}
        >
          <h2 id={id}>{texts.title({ registry: new URL(question.registry).host })}</h2>
          {question.isRefused && (
            <p role="alert" class="fault" id={`${id}-fault`}>
              {texts.refused}
            </p>
          )}
          <label>
            {texts.username}
            <input
              name="username"
              required
              defaultValue={question.username ?? ''}
              autocomplete="username"
              autocapitalize="off"
              spellcheck={false}
            />
          </label>
          <label>
            {texts.password}
            <input
              name="password"
              type="password"
              required
              autocomplete="current-password"
              aria-invalid={question.isRefused ? true : undefined}
              aria-describedby={question.isRefused ? `${id}-fault` : undefined}
              autofocus={question.isRefused}
            />
          </label>
          {children ?? (
            <p>
              <small>{texts.note}</small>
            </p>
          )}
          <footer class="row">
            <button
              type="button"
              class="secondary outline"
              data-kind="quiet"
              part="button"
              onClick={() => question.answer(undefined)}
            >
              {texts.cancel}
            </button>
            <button type="submit" part="button primary">
              {texts.signIn}
            </button>
          </footer>
        </form>
      )}
    </dialog>
  )
}
