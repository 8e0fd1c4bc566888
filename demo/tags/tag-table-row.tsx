import { useStore } from '@nanostores/preact'
import { memo } from 'preact/compat'
import { CopyButton } from '../../src/element/view/copy-button.tsx'
import type { $formats } from '../../src/element/words/format.ts'
import { messages } from '../../src/element/words/messages.ts'
import { params } from '../../src/element/words/placeholders.ts'
import { addressOf } from '../shell/address.ts'
import { ShortDigest } from '../shell/image-parts.tsx'
import { pullCommand } from '../shell/pull-command.ts'
import { hostOf } from '../shell/registry-name.tsx'
import type { TagRow } from '../worker/tags.ts'
import { isRealDate } from './arrange.ts'

const $texts = messages('tags/row', {
  choose: params('Select {tag}'),
  copy: 'Copy',
  copyPull: params('Copy docker pull {image}'),
  unreadable: 'cannot be read',
  image: 'Image',
  index: 'Multi-platform',
  referrers: 'List of referrers',
  artifact: 'Artifact',
  'helm-chart': 'Helm chart',
  sbom: 'SBOM',
  attestation: 'Attestation',
  'buildx-attestation': 'Attestation',
  'cosign-signature': 'Signature',
  'cosign-attestation': 'Attestation',
  'cosign-sbom': 'SBOM',
  'notation-signature': 'Signature',
})

interface TagTableRowProps {
  readonly registry: string
  readonly repository: string
  readonly tag: string
  /** Absent while it is not read. */
  readonly row: TagRow | undefined
  readonly isChosen: boolean
  readonly formats: ReturnType<typeof $formats.get>
  onChoose(tag: string, isChosen: boolean, isRange: boolean): void
}

/** One tag. It is drawn again only if it changes. */
export const TagTableRow = memo(function TagTableRow(props: TagTableRowProps) {
  const { registry, repository, tag, row, isChosen, formats, onChoose } = props
  const texts = useStore($texts)
  const { fault, kind, platforms = [], totalSize, created, digest, artifactType } = row ?? {}
  const image = `${hostOf(registry)}/${repository}:${tag}`
  const pull = pullCommand(registry, `${repository}:${tag}`)
  const isSingle = kind === 'index' && platforms.length < 2
  return (
    <tr data-tag={tag} class={isChosen ? 'chosen' : undefined}>
      <td class="choose">
        <input
          type="checkbox"
          aria-label={texts.choose({ tag })}
          checked={isChosen}
          onClick={({ currentTarget, shiftKey }) => onChoose(tag, currentTarget.checked, shiftKey)}
        />
      </td>
      <th scope="row" class="tag">
        <a href={addressOf({ registry, repository, reference: tag })}>
          <bdi>{tag}</bdi>
        </a>
      </th>
      {fault ? (
        <td class="fault" colSpan={4} title={fault.message}>
          {texts.unreadable}: <bdi>{fault.message}</bdi>
        </td>
      ) : (
        <>
          <td class="kind" title={artifactType}>
            {kind && <span class="badge">{texts[isSingle ? 'image' : kind]}</span>}
          </td>
          <td class="platforms cut" title={platforms.join(', ')}>
            {platforms.join(', ')}
          </td>
          <td class="size">{totalSize === undefined ? '' : formats.bytes(totalSize)}</td>
          <td class="created">
            {created && (
              <time dateTime={created} title={formats.date(created)}>
                {isRealDate(created) ? formats.age(created) : '–'}
              </time>
            )}
          </td>
        </>
      )}
      <td class="digest-column">{digest && <ShortDigest digest={digest} />}</td>
      <td class="pull">
        {pull && <CopyButton class="quiet" text={pull} label={texts.copy} name={texts.copyPull({ image })} />}
      </td>
    </tr>
  )
})
