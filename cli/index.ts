#!/usr/bin/env node
import { join } from 'node:path'
import { codeFolder } from './code-folder.ts'
import { createParts } from './parts.ts'
import { environment } from './shared/environment.ts'

const parts = createParts(environment.keepsCode() ? codeFolder(process.argv[2]) : undefined)
process.once('exit', parts.keep)
// The build puts everything else beside this file, in parts that are loaded when they are needed.
const { runProgram } = parts.load(join(import.meta.dirname, 'program.js')) as typeof import('./program.ts')
void runProgram()
