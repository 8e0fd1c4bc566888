import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { installProject } from '../support/installed-project.ts'

const DOCUMENT = readFileSync('docs/element.md', 'utf8')
function block(pattern: RegExp): string {
  const [, code] = pattern.exec(DOCUMENT) ?? []
  if (code === undefined) throw new Error(`docs/element.md has no ${pattern}`)
  return code
}

const OPTIONS = {
  ...{ target: 'es2022', module: 'esnext', moduleResolution: 'bundler', jsx: 'react-jsx', noEmit: true },
  ...{ lib: ['es2022', 'dom', 'dom.iterable'], types: [] },
  ...{ strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false },
}

const FILES = {
  'tsconfig.json': JSON.stringify({ compilerOptions: OPTIONS, include: ['src'] }),
  'src/react.tsx': `${block(/```tsx\n(.*?)```/s)}
export const mistakes = [
  // @ts-expect-error
  <registry-push registry={1} key="1" />,
  // @ts-expect-error
  <registry-push onpush-done={({ detail }) => detail.sentBytes} key="2" />,
  // @ts-expect-error
  <registry-push server="" key="3" />,
]`,
  'src/registry-push.d.ts': block(/```typescript\n(.*?)```/s),
  'src/Form.vue': `<script setup lang="ts">
import type { PushedImage } from 'registry-api-v2-client/element'
import 'registry-api-v2-client/element'
const registry: string = ''
const askUser = () => ({ username: '', password: '' })
const show = (images: readonly PushedImage[]) => images.length
</script>
<template>
  ${block(/```html\n(<registry-push :.*?)```/s)}
  <!-- @vue-expect-error -->
  <registry-push :registry="1" />
  <!-- @vue-expect-error -->
  <registry-push @push-done="({ detail }) => detail.sentBytes" />
</template>`,
}

describe('<registry-push>', () => {
  it('has types in React and Vue, as the document declares them', async () => {
    const project = await installProject('element-types', {
      files: FILES,
      dependencies: { '@types/react': '19.3.3', typescript: '6.0.3', vue: '3.5.45', 'vue-tsc': '3.3.14' },
    })
    const { stdout } = await project.run('vue-tsc')
    expect(stdout).toBe('')
  })
})
