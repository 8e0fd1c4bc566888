import { type JsonObject, objectField, textField } from '../oci/json.ts'

/** A step of a build, by the field names of the spec (image-spec § Image Configuration). */
interface HistoryStep {
  readonly created_by: string
  readonly comment?: string
  /** True if the step has no layer. */
  readonly empty_layer?: true
}

/** The date of a step, where the image has none: it must not depend on the clock. */
export const NO_DATE = '1970-01-01T00:00:00Z'

/**
 * Adds steps to the history in a config, with the date of the config. A config without a history keeps none, unless it
 * has no layers: with fewer steps than layers, readers could not tell which step made which layer.
 */
export function withHistory(config: JsonObject, steps: readonly HistoryStep[]): JsonObject {
  const history = Array.isArray(config.history) ? config.history : []
  const { diff_ids } = objectField(config, 'rootfs')
  const hasLayers = Array.isArray(diff_ids) && diff_ids.length > 0
  if (steps.length === 0 || (history.length === 0 && hasLayers)) return config
  const created = textField(config, 'created') ?? NO_DATE
  return { ...config, history: [...history, ...steps.map((step) => ({ created, ...step }))] }
}
