import { type Command, Option, type OptionValues } from '@commander-js/extra-typings'
import { collect } from './repeated.ts'
import type { Program } from './root.ts'
import { run } from './run.ts'
import { parseCompression } from './values.ts'
import { collectPair, parseDate, parseMode, parseOwner, parseWords } from './words.ts'

const IMAGE = 'an image of a registry, or an archive: a file, a folder, or - for stdin'

/** Adds the commands that make images: edit, append and build. */
export function addBuildCommands(program: Program): void {
  program.commandsGroup('Make images:')
  addEdit(program)
  addAppend(program)
  addBuild(program)
}

function addEdit(program: Program): void {
  const command = program
    .command('edit')
    .description('Change the labels, environment, command and other settings of an image. No layer is read.')
    .argument('<image>', IMAGE)
    .option('--platform <os/arch>', 'change this platform only (default: all); others stay; can be repeated', collect)
    .option('--unset-env <name>', 'remove a variable; can be repeated', collect)
    .option('--unset-label <name>', 'remove a label; can be repeated', collect)
    .option('--unset-annotation <name>', 'remove an annotation; can be repeated', collect)
  withDestination(withConfig(command))
    .option('-y, --yes', 'move the tag of the image without a question')
    .option('--dry-run', 'print what would change, and write nothing')
    .option('--image <name>', 'the image of an archive with several')
    .action((image, options, command) =>
      run(command, async (context) => (await import('../commands/edit.ts')).edit(context, image, options)),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  registry-client edit localhost:15000/team/app:v7 --env DEBUG=1 --to localhost:15000/team/app:debug\n' +
        "  registry-client edit app.tar --cmd 'node index.js' --unset-label stage -o changed.tar",
    )
}

function addAppend(program: Program): void {
  const command = program
    .command('append')
    .description('Add files to an image, as one layer. No layer of the image is read.')
    .argument('<image>', IMAGE)
    .argument('[files...]', 'files, and folders whose content is added')
    .option('--at <path>', 'the folder in the image that gets the files (default: /)')
    .option('--remove <path>', 'a path that the layer removes from the image; can be repeated', collect)
    .option('--platform <os/arch>', 'the platform that gets the files, or all; others stay; can be repeated', collect)
    .option('--image <name>', 'the image of an archive with several')
  withDestination(withLayer(command))
    .option('-y, --yes', 'move the tag of the image without a question')
    .action((image, files, options, command) =>
      run(command, async (context) => (await import('../commands/append.ts')).append(context, image, files, options)),
    )
    .addHelpText(
      'after',
      '\nExample:\n  registry-client append localhost:15000/team/app:v7 dist --at /app --to localhost:15000/team/app:v8',
    )
}

function addBuild(program: Program): void {
  const command = program
    .command('build')
    .description('Make an image of a folder, without Docker. The same files give the same digest.')
    .argument('<folder>', 'the folder whose content is in the image, or a file')
    .option('--base <image>', 'the image under it, of a registry or an archive (default: none, for a static program)')
    .option('--at <path>', 'the folder in the image (default: that of --workdir or the base, else /)')
    .option(
      '--platform <os/arch>',
      'the platform of the image (default: linux/amd64 without a base); can be repeated',
      collect,
    )
  withDestination(withLayer(withConfig(command)))
    .action((folder, options, command) =>
      run(command, async (context) => (await import('../commands/build.ts')).build(context, folder, options)),
    )
    .addHelpText(
      'after',
      "\nExamples:\n  registry-client build dist --base node:22-alpine --platform linux/amd64 --workdir /app --cmd 'node index.js' --to localhost:15000/team/app:v1\n" +
        '  registry-client build out --entrypoint /server --user 1000 -o server.tar --name server:v1',
    )
}

/** Adds the options for the config of an image. */
function withConfig<A extends unknown[], O extends OptionValues, G extends OptionValues>(command: Command<A, O, G>) {
  return command
    .option('--env <name=value>', 'set a variable; can be repeated', collectPair)
    .option('--label <name=value>', 'set a label; can be repeated', collectPair)
    .option('--annotation <name=value>', 'set an annotation of the manifest or index; can be repeated', collectPair)
    .option('--cmd <words>', `the command: words, or a JSON array: '["node","index.js"]'`, parseWords)
    .option('--entrypoint <words>', 'the entrypoint, as --cmd; a new one removes the command', parseWords)
    .option('--user <user>', 'a user, and perhaps a group: node, 1000:1000')
    .option('--workdir <path>', 'the working folder')
    .option('--port <port>', 'a port that is exposed: 8080, 53/udp; replaces all; can be repeated', collect)
    .option('--volume <path>', 'a volume; replaces all; can be repeated', collect)
    .option('--stop-signal <signal>', 'the signal that ends a container')
    .option('--author <text>', 'the author')
    .option('--created <date>', 'the date of the image, or now (default: SOURCE_DATE_EPOCH, else as it is)', parseDate)
}

/** Adds the options for a layer. */
function withLayer<A extends unknown[], O extends OptionValues, G extends OptionValues>(command: Command<A, O, G>) {
  return command
    .option(
      '--exclude <pattern>',
      'leave out paths and names that match, such as node_modules; can be repeated',
      collect,
    )
    .option('--chown <uid:gid>', 'the owner of the files (default: 0:0)', parseOwner)
    .option('--chmod <mode>', 'the permissions of the files (default: 644, and 755 for programs)', parseMode)
    .option('--compress <format>', 'gzip or zstd, or one with a level: zstd:9 (default: gzip)', parseCompression)
}

/** Adds the options for where an image goes. */
function withDestination<A extends unknown[], O extends OptionValues, G extends OptionValues>(
  command: Command<A, O, G>,
) {
  return command
    .addOption(new Option('--to <reference>', 'push it there: registry/repository[:tag]').conflicts('output'))
    .option('-o, --output <target>', 'write it into a file, a folder/ (OCI layout), or - for stdout')
    .option('--force', 'replace the file if it exists')
    .option('--name <name>', 'its name in the file or folder; can be repeated', collect)
    .addOption(new Option('--format <format>', 'the format of the file').choices(['docker', 'oci']))
}
