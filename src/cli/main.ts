#!/usr/bin/env node
import { createProgram } from './program/program.ts'
import { start } from './program/start.ts'

await start(createProgram(), process.argv.slice(2))
