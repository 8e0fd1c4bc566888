import { Fragment } from 'preact'

/** Names with values, such as labels. */
export function Pairs({ pairs }: { readonly pairs: readonly (readonly [name: string, value: string])[] }) {
  return (
    <dl class="facts pairs">
      {pairs.map(([name, value], position) => (
        // Variables may be there twice.
        <Fragment key={position}>
          <dt class="wrap">{name}</dt>
          <dd>{value}</dd>
        </Fragment>
      ))}
    </dl>
  )
}
