import { type Command, Option, type OptionValues } from '@commander-js/extra-typings'
import { FORCE, IMAGE, IMAGE_INPUT, PATTERN } from './descriptions.ts'
import { examples } from './help.ts'
import type { Program } from './root.ts'
import { run } from './run.ts'

const PLATFORM = 'this platform of an image with several'

/** Adds the commands that look: inspect, repos, tags, manifest, config, digest, files, diff and history. */
export function addLookCommands(program: Program): void {
  program.commandsGroup('Look at images:')
  addInspect(program)
  addRepos(program)
  addTags(program)
  addManifest(program)
  addConfig(program)
  addDigest(program)
  addFiles(program)
  addDiff(program)
  addHistory(program)
}

function addInspect(program: Program): void {
  const command = program
    .command('inspect')
    .description('Describe an image, or those of an archive: digest, size, config, layers')
    .argument('<image>', IMAGE_INPUT)
  withChoice(command)
    .action((image, flags, command) =>
      run(command, async (context) => (await import('../commands/inspect.ts')).inspect(context, image, flags)),
    )
    .addHelpText('after', examples('inspect app.tar', 'inspect localhost:15000/team/app:v1 --platform linux/arm64'))
}

function addRepos(program: Program): void {
  program
    .command('repos')
    .description('List the repositories of a registry')
    .argument('<registry>', 'a host or a URL')
    .option('--filter <pattern>', `list only names that match, ${PATTERN}`)
    .action((registry, flags, command) =>
      run(command, async (context) => (await import('../commands/repos.ts')).repos(context, registry, flags)),
    )
    .addHelpText('after', examples('repos localhost:15000', "repos localhost:15000 --filter 'team/*'"))
}

function addTags(program: Program): void {
  program
    .command('tags')
    .description('List the tags of a repository')
    .argument('<repository>', 'registry/repository')
    .option('--details', 'print a table with digest, size, age and platforms of each image')
    .option('--filter <pattern>', `list only tags that match, ${PATTERN}`)
    .addOption(
      new Option('--sort <order>', 'sort the newest first, by')
        .choices(['version', 'date'] as const)
        .default(undefined, "the registry's order"),
    )
    .option('--reverse', 'reverse the order')
    .action((repository, flags, command) =>
      run(command, async (context) => (await import('../commands/tags.ts')).tags(context, repository, flags)),
    )
    .addHelpText(
      'after',
      examples('tags localhost:15000/team/app', 'tags nginx --details --filter "1.*" --sort version'),
    )
}

function addManifest(program: Program): void {
  const command = program
    .command('manifest')
    .description('Print the manifest or index of an image, byte by byte')
    .argument('<image>', IMAGE_INPUT)
  withChoice(command)
    .action((image, flags, command) =>
      run(command, async (context) => (await import('../commands/manifest.ts')).manifest(context, image, flags)),
    )
    .addHelpText('after', examples('manifest localhost:15000/team/app:v1', 'manifest nginx --platform linux/arm64'))
}

function addConfig(program: Program): void {
  const command = program
    .command('config')
    .description('Print the config of an image, byte by byte')
    .argument('<image>', IMAGE_INPUT)
  withChoice(command)
    .action((image, flags, command) =>
      run(command, async (context) => (await import('../commands/config.ts')).config(context, image, flags)),
    )
    .addHelpText('after', examples('config localhost:15000/team/app:v1'))
}

function addDigest(program: Program): void {
  const command = program.command('digest').description('Print the digest of an image').argument('<image>', IMAGE_INPUT)
  withChoice(command)
    .action((image, flags, command) =>
      run(command, async (context) => (await import('../commands/digest.ts')).digest(context, image, flags)),
    )
    .addHelpText('after', examples('digest localhost:15000/team/app:v1', 'digest app.tar'))
}

function addFiles(program: Program): void {
  const command = program
    .command('files')
    .description('List the files of an image, or print one of them')
    .argument('<image>', IMAGE_INPUT)
    .argument('[path]', 'a file to print, or a folder to list')
    .option('-o, --output <file>', 'write the content of the file to this file')
    .option('--force', FORCE)
    .option('--layer <layer>', 'only the files of this layer: a number from 0, or a digest')
  withChoice(command)
    .action((image, path, flags, command) =>
      run(command, async (context) => (await import('../commands/files.ts')).files(context, image, path, flags)),
    )
    .addHelpText(
      'after',
      examples('files app.tar', 'files localhost:15000/team/app:v1 etc/os-release', 'files app.tar etc/hosts -o hosts'),
    )
}

function addDiff(program: Program): void {
  program
    .command('diff')
    .description('Compare two images: configs, layers and files')
    .argument('<from>', IMAGE_INPUT)
    .argument('<to>', 'the other image')
    .option('--files', 'also compare the files; layers in common are not read')
    .option('--platform <os/arch>', PLATFORM)
    .option('--from-image <name>', IMAGE)
    .option('--to-image <name>', 'the same for the other archive')
    .option('--exit-code', 'exit with 1 if the images differ')
    .action((from, to, flags, command) =>
      run(command, async (context) => (await import('../commands/diff.ts')).diff(context, from, to, flags)),
    )
    .addHelpText('after', examples('diff localhost:15000/team/app:v1 app.tar --files'))
}

function addHistory(program: Program): void {
  const command = program
    .command('history')
    .description('List the steps of the build of an image, the last one first')
    .argument('<image>', IMAGE_INPUT)
  withChoice(command)
    .action((image, flags, command) =>
      run(command, async (context) => (await import('../commands/history.ts')).history(context, image, flags)),
    )
    .addHelpText('after', examples('history app.tar', 'history localhost:15000/team/app:v1'))
}

/** Adds the options that choose an image of an archive, and a platform. */
function withChoice<A extends unknown[], O extends OptionValues, G extends OptionValues>(command: Command<A, O, G>) {
  return command.option('--platform <os/arch>', PLATFORM).option('--image <name>', IMAGE)
}
