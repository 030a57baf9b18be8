import { join } from 'node:path'
import { build } from 'vite'
import type { Command } from './child.ts'

const FOLDER = join(import.meta.dirname, '../../node_modules/.cache/longshore-bench')

const PROGRAMS = [
  'ack-latency',
  'engine-first-byte',
  'event-loop',
  'grpc-sink',
  'grpc-source',
  'md5-core',
  'proxy',
  's3-put',
  'tus-client',
  'tus-server',
] as const

export type ProgramName = (typeof PROGRAMS)[number]

/**
 * Translates the programs of the bench to plain JavaScript, so that what is measured starts like any program of Node.
 */
export async function buildPrograms(): Promise<void> {
  await build({
    configFile: false,
    logLevel: 'warn',
    build: {
      ssr: true,
      target: 'node20.19',
      outDir: FOLDER,
      emptyOutDir: true,
      minify: false,
      rolldownOptions: {
        input: Object.fromEntries(PROGRAMS.map((name) => [name, join(import.meta.dirname, `../programs/${name}.ts`)])),
        output: { entryFileNames: '[name].js' },
      },
    },
  })
}

export function programFile(name: ProgramName): string {
  return join(FOLDER, `${name}.js`)
}

/** How a built program is run. */
export function program(name: ProgramName, ...args: readonly (string | number)[]): Command {
  return { program: process.execPath, args: [programFile(name), ...args.map(String)] }
}
