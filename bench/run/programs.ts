import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'vite'
import type { Command } from './child.ts'

/** Where they find the libraries. Of this process alone: another bench may run at the same time. */
const FOLDER = join(import.meta.dirname, `../../node_modules/.cache/longshore-bench-${process.pid}`)

const PROGRAMS = [
  'ack-latency',
  'engine-first-byte',
  'event-loop',
  'floor-receiver',
  'floor-sender',
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
 * Whoever does it calls {@link removePrograms} in the end.
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

export function removePrograms(): void {
  rmSync(FOLDER, { recursive: true, force: true })
}

export function programFile(name: ProgramName): string {
  return join(FOLDER, `${name}.js`)
}

/** How a built program is run. */
export function program(name: ProgramName, ...args: readonly (string | number)[]): Command {
  return { program: process.execPath, args: [programFile(name), ...args.map(String)] }
}
