import { useStore } from '@nanostores/preact'
import type { BlobBar as Bar, ShownProgress } from '../queue/progress.ts'
import { BarList, BlobBar } from './blob-bar.tsx'

interface BlobBarsProps {
  readonly progress: ShownProgress
  /** True if nothing is under way any more. */
  readonly isStopped: boolean
}

/** A bar for each layer and config of a push. Each is drawn alone. */
export function BlobBars({ progress, isStopped }: BlobBarsProps) {
  const blobs = useStore(progress.$blobs)
  return (
    <BarList blobs={blobs} drawBar={(blob, number) => <OneBar key={blob.digest} {...{ blob, number, isStopped }} />} />
  )
}

interface OneBarProps extends Pick<BlobBarsProps, 'isStopped'> {
  readonly blob: Bar
  readonly number: number
}

function OneBar({ blob: { $bar, ...blob }, number, isStopped }: OneBarProps) {
  const shown = useStore($bar)
  return <BlobBar blob={{ ...blob, ...shown }} number={number} isStopped={isStopped} />
}
