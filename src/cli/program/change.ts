import { type Command, Option, type OptionValues } from '@commander-js/extra-typings'
import { DRY_RUN, PATTERN } from './descriptions.ts'
import { examples } from './help.ts'
import type { Program } from './root.ts'
import { run } from './run.ts'
import { collect, parseAge, parseCount } from './values.ts'

/** Adds the commands that change a repository: tag, delete, prune and undo. */
export function addChangeCommands(program: Program): void {
  program.commandsGroup('Change repositories:')
  addTag(program)
  addDelete(program)
  addPrune(program)
  addUndo(program)
}

function addTag(program: Program): void {
  program
    .command('tag')
    .description('Give an image of a registry more tags, or move tags to it')
    .argument('<reference>', 'registry/repository:tag, or registry/repository@digest')
    .argument('<tag...>', 'the tag to set, alone or as registry/repository:tag of the same repository')
    .option('--no-clobber', 'do not move tags that point to another image')
    .option('--expect <digest>', 'set the tags only if each points to this digest now')
    .action((image, tags, options, command) =>
      run(command, async (context) => (await import('../commands/tag.ts')).tag(context, image, tags, options)),
    )
    .addHelpText('after', examples('tag localhost:15000/team/app:v7 stable latest'))
}

function addDelete(program: Program): void {
  const command = program
    .command('delete')
    .description('Delete images, with everything that only they need; shows the plan and asks first')
    .argument('<reference...>', 'registry/repository:tag, or registry/repository@digest, which deletes all its tags')
    .option('--ignore-missing', 'do not fail if an image does not exist')
  withRemovalOptions(command)
    .action((images, options, command) =>
      run(command, async (context) => (await import('../commands/delete.ts')).deleteImages(context, images, options)),
    )
    .addHelpText(
      'after',
      examples(
        'delete localhost:15000/team/app:pr-12 --undo pr-12.json',
        'delete localhost:15000/team/app:pr-12 --yes',
      ),
    )
}

function addPrune(program: Program): void {
  const command = program
    .command('prune')
    .description('Delete old images of a repository; an image is deleted only if all rules allow it')
    .argument('<repository>', 'registry/repository')
    .option('--keep <number>', 'keep the newest images, counted by their digests', parseCount)
    .addOption(new Option('--by <order>', 'how --keep finds the newest').choices(['date', 'version']).default('date'))
    .option(
      '--older-than <age>',
      'delete only images that are older: 12h, 30d, 8w, or a date such as 2026-01-31',
      parseAge,
    )
    .option('--match <pattern>', `delete only tags that match, ${PATTERN}; can be repeated`, collect)
    .option('--except <pattern>', `keep tags that match, ${PATTERN}; can be repeated`, collect)
  withRemovalOptions(command)
    .action((repository, options, command) =>
      run(command, async (context) => (await import('../commands/prune.ts')).prune(context, repository, options)),
    )
    .addHelpText(
      'after',
      examples(
        'prune localhost:15000/team/app --keep 10 --older-than 30d --except latest --dry-run',
        "prune localhost:15000/team/app --match 'pr-*' --older-than 2w --undo pruned.json",
      ),
    )
}

function addUndo(program: Program): void {
  program
    .command('undo')
    .description('Restore what delete or prune deleted, until the registry runs its garbage collection')
    .argument('<file>', 'the file that delete or prune wrote with --undo, or their output with --json')
    .action((file, _options, command) =>
      run(command, async (context) => (await import('../commands/undo.ts')).undo(context, file)),
    )
    .addHelpText('after', examples('undo pr-12.json'))
}

/** Adds the options that delete and prune share. */
function withRemovalOptions<A extends unknown[], O extends OptionValues, G extends OptionValues>(
  command: Command<A, O, G>,
) {
  return command
    .option('-y, --yes', 'delete without a question')
    .option('--dry-run', DRY_RUN)
    .option('--undo <file>', 'write a new file, from which undo can restore what was deleted')
    .option('--all', 'also delete if the repository keeps no tag')
    .option('--overwrite-tags', 'also delete single tags in registries that delete only whole images')
    .option('--no-children', 'keep the images that a deleted index lists')
    .option('--no-referrers', 'keep the signatures, SBOMs and other referrers of deleted images')
}
