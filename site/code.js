// Code in the text of a page.

/** In characters. Shorter code stays whole. */
const LONG = { onPhones: 12, everywhere: 19 }

/**
 * Lets long code break within its words, so that tables are not wider than the page.
 *
 * @param {import('markdown-it')} md
 */
export function breakCode(md) {
  const render = md.renderer.rules.code_inline
  md.renderer.rules.code_inline = (tokens, index, ...rest) => {
    const code = render?.(tokens, index, ...rest) ?? ''
    const length = tokens[index]?.content.length ?? 0
    if (length <= LONG.onPhones) return code
    const chance = length <= LONG.everywhere ? '<wbr class="on-phones">' : '<wbr>'
    return code.replace(/(?<=>)[^<]+/, (text) => text.replaceAll(/[_/(]|[a-z](?=[A-Z])/g, `$&${chance}`))
  }
}
