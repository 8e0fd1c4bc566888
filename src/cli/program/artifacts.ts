import { InvalidArgumentError, Option } from '@commander-js/extra-typings'
import type { Program } from './root.ts'
import { run } from './run.ts'

const FILES = 'files and folders, each with its media type after a colon if it has one: sbom.json:application/json'

/** Adds the commands for artifacts: referrers, attach, and artifact with push and pull. */
export function addArtifactCommands(program: Program): void {
  program
    .commandsGroup('Artifacts:')
    .command('referrers')
    .description('List what is about an image: signatures, SBOMs, attestations and other artifacts')
    .argument('<reference>', 'registry/repository[:tag][@digest]')
    .option('--type <type>', 'list only artifacts of this type')
    .option('--children', 'list also what is about the images of an index')
    .option('--tree', 'list also what is about the listed artifacts, as a tree')
    .action((reference, options, command) =>
      run(command, async (context) =>
        (await import('../commands/referrers.ts')).referrers(context, reference, options),
      ),
    )
    .addHelpText('after', '\nExample:\n  registry-client referrers localhost:15000/team/app:v1 --tree')

  program
    .command('attach')
    .description('Attach files to an image, such as an SBOM; the image does not change')
    .argument('<reference>', 'the image: registry/repository[:tag][@digest]')
    .argument('[file...]', FILES)
    .requiredOption('--type <type>', 'the type of the artifact, such as application/spdx+json')
    .addOption(annotationOption())
    .action((reference, files, options, command) =>
      run(command, async (context) =>
        (await import('../commands/attach.ts')).attach(context, reference, files, options),
      ),
    )
    .addHelpText(
      'after',
      '\nExample:\n  registry-client attach localhost:15000/team/app:v1 sbom.json --type application/spdx+json',
    )

  const artifact = program
    .command('artifact')
    .usage('<command> [arguments] [options]')
    .description('Push and pull files that are no image')
    .addHelpText('after', '\nExample:\n  registry-client artifact push localhost:15000/team/report:v1 report.md')
  artifact
    .command('push')
    .description('Push files as an artifact, as oras does')
    .argument('<destination>', 'registry/repository[:tag] (default tag: latest)')
    .argument('[file...]', FILES)
    .option('--type <type>', 'the type of the artifact (default: application/vnd.unknown.artifact.v1)')
    .addOption(annotationOption())
    .action((destination, files, options, command) =>
      run(command, async (context) =>
        (await import('../commands/artifact-push.ts')).artifactPush(context, destination, files, options),
      ),
    )
    .addHelpText(
      'after',
      '\nExample:\n  registry-client artifact push localhost:15000/team/report:v1 report.md:text/markdown',
    )
  artifact
    .command('pull')
    .description('Write the files of an artifact into a folder')
    .argument('<reference>', 'registry/repository[:tag][@digest]')
    .option('-o, --output <folder>', 'write into this folder; - writes the only file to stdout', '.')
    .option('--force', 'replace files that exist')
    .action((reference, options, command) =>
      run(command, async (context) =>
        (await import('../commands/artifact-pull.ts')).artifactPull(context, reference, options),
      ),
    )
    .addHelpText('after', '\nExample:\n  registry-client artifact pull localhost:15000/team/report:v1 -o report')
}

function annotationOption() {
  return new Option('--annotation <name=value>', 'add an annotation; can be repeated').argParser(
    (text: string, before: Readonly<Record<string, string>> = {}) => {
      const at = text.indexOf('=')
      if (at < 1) throw new InvalidArgumentError('Pass a name and a value, as in org.opencontainers.image.title=App.')
      return { ...before, [text.slice(0, at)]: text.slice(at + 1) }
    },
  )
}
