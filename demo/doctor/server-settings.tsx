import { persistentAtom } from '@nanostores/persistent'
import { useStore } from '@nanostores/preact'
import { useId } from 'preact/hooks'
import type { ServerSettings } from 'registry-api-v2-client'
import { CopyButton } from '../../src/element/view/copy-button.tsx'
import { messages } from '../../src/element/words/messages.ts'

type Server = ServerSettings['server']

const $texts = messages('doctor/settings', {
  server: 'Your server',
  copy: 'Copy the lines',
  origin:
    'Harbor has no setting for this. Put a proxy in front of this page and Harbor, so that both have the same origin.',
  'by-proxy': 'This server cannot do it. Put a proxy in front of it: nginx, Caddy or Traefik.',
})

const SERVERS: readonly Server[] = ['distribution', 'nginx', 'Caddy', 'Traefik', 'Harbor', 'zot']

/** The server that the user chose last: the other findings are for the same one. */
const $server = persistentAtom<Server>('doctor:server', 'nginx')

/** The lines for the configuration of a server, with a choice of the server. */
export function ServerSettingsView({ settings }: { readonly settings: readonly ServerSettings[] }) {
  const texts = useStore($texts)
  const name = useId()
  const chosen = useStore($server)
  const server = SERVERS.find((one) => one === chosen) ?? 'nginx'
  const lines = settings.find((one) => one.server === server)?.lines
  return (
    <div class="settings">
      <fieldset class="tabs">
        <legend>{texts.server}</legend>
        {SERVERS.map((one) => (
          <label key={one}>
            <input type="radio" name={name} checked={one === server} onChange={() => $server.set(one)} /> {one}
          </label>
        ))}
      </fieldset>
      {lines === undefined ? (
        <p>{server === 'Harbor' ? texts.origin : texts['by-proxy']}</p>
      ) : (
        <>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reached by keyboard */}
          <pre tabIndex={0}>
            <code>{lines}</code>
          </pre>
          <CopyButton text={lines} label={texts.copy} />
        </>
      )}
    </div>
  )
}
