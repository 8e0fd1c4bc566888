import * as portable from '../../src/index.ts'
import { describeConversions } from '../support/convert-contract.ts'

describeConversions('conversions of archives of real tools, from a File in a page', portable, async (file) => {
  const answer = await fetch(new URL(`../archives/${file}`, import.meta.url))
  return new File([await answer.blob()], file)
})
