import { params } from '@nanostores/i18n'
import { useStore } from '@nanostores/preact'
import { useEffect, useRef } from 'preact/hooks'
import { messages } from '../../src/element/words/messages.ts'
import { $signInQuestion } from './sign-in.ts'

const $texts = messages('shell/sign-in', {
  title: params('Sign in to {registry}'),
  username: 'User name',
  password: 'Password or token',
  refused: 'The registry does not accept this user name and password.',
  note: 'They go to the registry, or to its token server, and are kept only as long as this page is open.',
  signIn: 'Sign in',
  cancel: 'Cancel',
})

/** The dialog that opens when a registry asks who the user is. */
export function SignInDialog() {
  const texts = useStore($texts)
  const question = useStore($signInQuestion)
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    if (question) dialog.current?.showModal()
    else dialog.current?.close()
  }, [question])

  return (
    <dialog ref={dialog} aria-labelledby="sign-in-title" onClose={() => question?.answer(undefined)}>
      {question && (
        <form
          method="dialog"
          onSubmit={(event) => {
            event.preventDefault()
            const data = new FormData(event.currentTarget)
            question.answer({ username: String(data.get('username')), password: String(data.get('password')) })
          }}
        >
          <h2 id="sign-in-title">{texts.title({ registry: new URL(question.registry).host })}</h2>
          <p role="status">{question.isRefused && texts.refused}</p>
          <label>
            {texts.username}
            <input name="username" required autocomplete="username" autocapitalize="off" spellcheck={false} />
          </label>
          <label>
            {texts.password}
            <input name="password" type="password" required autocomplete="current-password" />
          </label>
          <p>
            <small>{texts.note}</small>
          </p>
          <footer>
            <button type="button" class="secondary" onClick={() => question.answer(undefined)}>
              {texts.cancel}
            </button>
            <button type="submit">{texts.signIn}</button>
          </footer>
        </form>
      )}
    </dialog>
  )
}
