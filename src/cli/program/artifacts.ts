import { Option } from '@commander-js/extra-typings'
import { REFERENCE } from './descriptions.ts'
import { examples } from './help.ts'
import type { Program } from './root.ts'
import { run } from './run.ts'
import { collectPair } from './values.ts'

const FILES = 'a file or a folder, optionally with its media type after a colon: sbom.json:application/json'

/** Adds the commands for artifacts: referrers, attach, and artifact with push and pull. */
export function addArtifactCommands(program: Program): void {
  program
    .commandsGroup('Artifacts:')
    .command('referrers')
    .description('List the signatures, SBOMs and other artifacts of an image')
    .argument('<reference>', REFERENCE)
    .option('--type <type>', 'list only artifacts of this type')
    .option('--children', 'also list the referrers of the images of an index')
    .option('--tree', 'also list the referrers of these artifacts, as a tree')
    .action((reference, options, command) =>
      run(command, async (context) =>
        (await import('../commands/referrers.ts')).referrers(context, reference, options),
      ),
    )
    .addHelpText('after', examples('referrers localhost:15000/team/app:v1 --tree'))

  program
    .command('attach')
    .description('Attach files to an image, such as an SBOM; the image does not change')
    .argument('<reference>', REFERENCE)
    .argument('[file...]', FILES)
    .requiredOption('--type <type>', 'the type of the artifact, such as application/spdx+json')
    .addOption(annotationOption())
    .action((reference, files, options, command) =>
      run(command, async (context) =>
        (await import('../commands/attach.ts')).attach(context, reference, files, options),
      ),
    )
    .addHelpText('after', examples('attach localhost:15000/team/app:v1 sbom.json --type application/spdx+json'))

  const artifact = program
    .command('artifact')
    .usage('<command> [arguments] [options]')
    .description('Push and pull files that are not an image')
    .addHelpText('after', examples('artifact push localhost:15000/team/report:v1 report.md'))
  artifact
    .command('push')
    .description('Push files as an artifact, as oras does')
    .argument('<destination>', 'registry/repository[:tag]')
    .argument('[file...]', FILES)
    .option('--type <type>', 'the type of the artifact (default: application/vnd.unknown.artifact.v1)')
    .addOption(annotationOption())
    .action((destination, files, options, command) =>
      run(command, async (context) =>
        (await import('../commands/artifact-push.ts')).artifactPush(context, destination, files, options),
      ),
    )
    .addHelpText('after', examples('artifact push localhost:15000/team/report:v1 report.md:text/markdown'))
  artifact
    .command('pull')
    .description('Write the files of an artifact into a folder')
    .argument('<reference>', REFERENCE)
    .option('-o, --output <folder>', 'write to this folder, or - for stdout if there is one file', '.')
    .option('--force', 'replace files that exist')
    .action((reference, options, command) =>
      run(command, async (context) =>
        (await import('../commands/artifact-pull.ts')).artifactPull(context, reference, options),
      ),
    )
    .addHelpText('after', examples('artifact pull localhost:15000/team/report:v1 -o report'))
}

function annotationOption() {
  return new Option('--annotation <name=value>', 'add an annotation; can be repeated').argParser(collectPair)
}
