import * as portable from '../../src/index.ts'
import { describeSavedArchives } from '../support/saved-archives-contract.ts'

describeSavedArchives('archives of real tools, from a File in a page', portable, async (file) => {
  const answer = await fetch(new URL(`../archives/${file}`, import.meta.url))
  return new File([await answer.blob()], file)
})
