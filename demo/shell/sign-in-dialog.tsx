import { useStore } from '@nanostores/preact'
import { SignInDialog as Dialog } from '../../src/element/view/sign-in-dialog.tsx'
import { messages } from '../../src/element/words/messages.ts'
import { signIn } from './sign-in.ts'

const $texts = messages('shell/sign-in', {
  remember: 'Remember in this browser',
  note: 'They are not encrypted: everyone who uses this browser can read them. Without this option, they are kept only while this page is open.',
})

/** The dialog that opens when a registry asks who the user is. */
export function SignInDialog() {
  const texts = useStore($texts)
  const question = useStore(signIn.$question)
  return (
    <Dialog question={question}>
      <label>
        <input type="checkbox" name="remember" aria-describedby="remember-note" />
        {texts.remember}
      </label>
      <p>
        <small id="remember-note">{texts.note}</small>
      </p>
    </Dialog>
  )
}
