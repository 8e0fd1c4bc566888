import { useStore } from '@nanostores/preact'
import { messages } from '../words/messages.ts'
import type { Pushed } from '../worker/pushes.ts'
import { CopyButton } from './copy-button.tsx'
import type { LinkToImage, PullCommand, PushedImage } from './pushed-image.ts'

const $texts = messages('element/result', {
  title: 'Pushed to the registry',
  pull: 'Pull command',
  show: 'Show the image',
})

/** Settings of the page about the results of pushes. */
export interface ResultSettings {
  /** @default there are no links */
  readonly imageLink: LinkToImage | undefined
  /** @default `docker pull` */
  readonly pullCommand: PullCommand | undefined
}

interface ResultViewProps {
  readonly result: Pushed
  readonly settings: ResultSettings
}

/** The images that are in the registry now, and how to pull them. */
export function ResultView({ result: { url, tags }, settings }: ResultViewProps) {
  const texts = useStore($texts)
  const { imageLink, pullCommand = dockerPull } = settings
  const pushed = tags.map((tag) => ({ ...tag, registry: url }))
  const digests = [...new Set(pushed.map(({ digest }) => digest))]
  const commands = pushed.map(pullCommand).filter((command) => command !== undefined)
  return (
    <section class="result" part="result" aria-label={texts.title}>
      <h3>{texts.title}</h3>
      {digests.map((digest) => (
        <ImageResult
          key={digest}
          digest={digest}
          images={pushed.filter((image) => image.digest === digest)}
          imageLink={imageLink}
        />
      ))}
      {commands.length > 0 && (
        <>
          <p class="muted">{texts.pull}</p>
          <div class="row command">
            <code class="grow">{commands.join('\n')}</code>
            <CopyButton text={commands.join('\n')} />
          </div>
        </>
      )}
    </section>
  )
}

function dockerPull({ registry, repository, tag }: PushedImage): string {
  return `docker pull ${new URL(registry).host}/${repository}:${tag}`
}

interface ImageResultProps extends Pick<ResultSettings, 'imageLink'> {
  readonly digest: string
  readonly images: readonly PushedImage[]
}

function ImageResult({ digest, images, imageLink }: ImageResultProps) {
  return (
    <div>
      <code class="digest">{digest}</code>
      <ul class="tag-list">
        {images.map((image) => (
          <li key={`${image.repository}:${image.tag}`}>
            <ImageName image={image} href={imageLink?.(image)} />
          </li>
        ))}
      </ul>
    </div>
  )
}

/** The schemes that a link may have: what the page gives may come from elsewhere. */
const SAFE = /^https?:$/

function ImageName({
  image: { repository, tag },
  href,
}: {
  readonly image: PushedImage
  readonly href?: string | undefined
}) {
  const texts = useStore($texts)
  const name = (
    <bdi>
      {repository}:{tag}
    </bdi>
  )
  const isSafe =
    href !== undefined && URL.canParse(href, document.baseURI) && SAFE.test(new URL(href, document.baseURI).protocol)
  return isSafe ? (
    <a href={href} title={texts.show}>
      {name}
    </a>
  ) : (
    name
  )
}
