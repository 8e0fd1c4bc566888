import { type TranslationFunction, transform } from '@nanostores/i18n'

/** The names in a template: `Sign in to {registry}` has `registry`. */
type Placeholder<Template extends string> = Template extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholder<Rest>
  : never

/**
 * Defines a text with placeholders. Values are put in as they are: whatever an archive or a registry says, it cannot
 * change the rest of the text.
 */
export function params<Template extends string>(template: Template) {
  return fill(template) as TranslationFunction<[Readonly<Record<Placeholder<Template>, string | number>>], string>
}

const fill = transform((_language: string, template: string, values: Readonly<Record<string, string | number>>) =>
  template.replaceAll(/\{(\w+)\}/g, (placeholder, name) => String(values[name] ?? placeholder)),
)
