import { type Command, Option, type OptionValues } from '@commander-js/extra-typings'
import { COMPRESSION, DRY_RUN, FORCE, FORMAT, IMAGE, IMAGE_INPUT, NAME, OUTPUT } from './descriptions.ts'
import { examples } from './help.ts'
import type { Program } from './root.ts'
import { run } from './run.ts'
import { collect, collectPair, parseCompression, parseDate, parseMode, parseOwner } from './values.ts'
import { parseWords } from './words.ts'

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
    .description('Change the command, environment, labels and other settings of an image')
    .argument('<image>', IMAGE_INPUT)
    .option('--platform <os/arch>', 'change only this platform (default: all); can be repeated', collect)
    .option('--unset-env <name>', 'remove a variable; can be repeated', collect)
    .option('--unset-label <name>', 'remove a label; can be repeated', collect)
    .option('--unset-annotation <name>', 'remove an annotation; can be repeated', collect)
  withDestination(withConfig(command))
    .option('-y, --yes', 'move the tag of the image without a question')
    .option('--dry-run', DRY_RUN)
    .option('--image <name>', IMAGE)
    .action((image, options, command) =>
      run(command, async (context) => (await import('../commands/edit.ts')).edit(context, image, options)),
    )
    .addHelpText(
      'after',
      examples(
        'edit localhost:15000/team/app:v7 --env DEBUG=1 --to localhost:15000/team/app:debug',
        "edit app.tar --cmd 'node index.js' --unset-label stage -o changed.tar",
      ),
    )
}

function addAppend(program: Program): void {
  const command = program
    .command('append')
    .description('Add files to an image, as one layer')
    .argument('<image>', IMAGE_INPUT)
    .argument('[file...]', 'a file, or a folder whose content is added')
    .option('--at <path>', 'the folder in the image that gets the files (default: /)')
    .option('--remove <path>', 'a path that the layer removes from the image; can be repeated', collect)
    .option('--platform <os/arch>', 'add the files to this platform, or to all; can be repeated', collect)
    .option('--image <name>', IMAGE)
  withDestination(withLayer(command))
    .option('-y, --yes', 'move the tag of the image without a question')
    .action((image, files, options, command) =>
      run(command, async (context) => (await import('../commands/append.ts')).append(context, image, files, options)),
    )
    .addHelpText(
      'after',
      examples('append localhost:15000/team/app:v7 dist --at /app --to localhost:15000/team/app:v8'),
    )
}

function addBuild(program: Program): void {
  const command = program
    .command('build')
    .description('Make an image from a folder, without Docker')
    .argument('<folder>', 'the folder with the content of the image, or a file')
    .option('--base <image>', 'the base image, from a registry or an archive (default: none, for a static program)')
    .option('--at <path>', 'the folder in the image (default: the working folder, else /)')
    .option(
      '--platform <os/arch>',
      'make the image for this platform (default: the platforms of the base, else linux/amd64); can be repeated',
      collect,
    )
  withDestination(withLayer(withConfig(command)))
    .action((folder, options, command) =>
      run(command, async (context) => (await import('../commands/build.ts')).build(context, folder, options)),
    )
    .addHelpText(
      'after',
      examples(
        "build dist --base node:22-alpine --platform linux/amd64 --workdir /app --cmd 'node index.js' --to localhost:15000/team/app:v1",
        'build out --entrypoint /server --user 1000 -o server.tar --name server:v1',
      ),
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
    .option('--user <user>', 'a user, or a user and a group: node, 1000:1000')
    .option('--workdir <path>', 'the working folder')
    .option('--port <port>', 'an exposed port: 8080, 53/udp; replaces all ports; can be repeated', collect)
    .option('--volume <path>', 'a volume; replaces all volumes; can be repeated', collect)
    .option('--stop-signal <signal>', 'the signal that ends a container')
    .option('--author <text>', 'the author')
    .option('--created <date>', 'the date of the image, or now (default: SOURCE_DATE_EPOCH, else as before)', parseDate)
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
    .option('--compress <format>', `compress the layer: ${COMPRESSION} (default: gzip)`, parseCompression)
}

/** Adds the options for where an image goes. */
function withDestination<A extends unknown[], O extends OptionValues, G extends OptionValues>(
  command: Command<A, O, G>,
) {
  return command
    .addOption(new Option('--to <reference>', 'push to registry/repository[:tag]').conflicts('output'))
    .option('-o, --output <target>', OUTPUT)
    .option('--force', FORCE)
    .option('--name <name>', NAME, collect)
    .addOption(new Option('--format <format>', FORMAT).choices(['docker', 'oci']).default(undefined, 'both'))
}
