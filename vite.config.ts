import { builtinModules } from 'node:module'
import { dirname, join } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig, type EnvironmentOptions } from 'vite'
import packageJson from './package.json' with { type: 'json' }

const here = import.meta.dirname

/** Stays outside every bundle: the runtime's own modules, and the one native package, whose binary must stay a file. */
const external = ['electron', 'classic-level', ...builtinModules, /^node:/]

/**
 * Libraries that few runs need, each in a file beside the program: what is not read need not be parsed at every start.
 */
const later = {
  groups: [
    { name: 'object-store', test: /node_modules\/(@aws|@aws-sdk|@smithy)\// },
    { name: 'redis', test: /node_modules\/@redis\// },
    {
      name: 'certificates',
      test: /node_modules\/(@peculiar|selfsigned|asn1js|pvtsutils|pvutils|reflect-metadata|tsyringe)\//,
    },
  ],
}

/**
 * A Node program: one ES module with all its libraries inside, so that the packaged app needs no node_modules but the
 * native one.
 */
function program(
  input: string,
  outFile: string,
  { format = 'es', codeSplitting = false }: { format?: 'es' | 'cjs'; codeSplitting?: false | typeof later } = {},
): EnvironmentOptions {
  return {
    consumer: 'server',
    resolve: { noExternal: true },
    build: {
      ssr: true,
      target: 'node20.19',
      outDir: join(here, 'out'),
      emptyOutDir: false,
      minify: false,
      rolldownOptions: {
        input: join(here, input),
        external,
        output: {
          format,
          entryFileNames: outFile,
          chunkFileNames: `${dirname(outFile)}/[name].js`,
          codeSplitting,
          // What libraries say of themselves is an eighth of all that would be read at every start.
          comments: { legal: true, annotation: false, jsdoc: false },
        },
      },
    },
  }
}

export default defineConfig({
  root: join(here, 'renderer'),
  base: './',
  clearScreen: false,
  // Nobody waits for these to come over a network.
  build: { chunkSizeWarningLimit: 4096 },
  logLevel: 'warn',
  plugins: [react()],
  define: { 'import.meta.env.LONGSHORE_VERSION': JSON.stringify(packageJson.version) },
  environments: {
    client: { build: { outDir: join(here, 'out/renderer'), emptyOutDir: true } },
    main: program('main/index.ts', 'main/index.js'),
    // A sandboxed preload must be one CommonJS file.
    preload: program('main/ipc/preload.ts', 'main/preload.cjs', { format: 'cjs' }),
    receiver: program('server/index.ts', 'receiver/index.js'),
    receiverLibrary: program('server/library.ts', 'library/receiver.js'),
    hashWorker: program('main/engine/source/hash-worker.ts', 'hash-worker/index.js'),
    // It is started for every command.
    cli: program('cli/index.ts', 'cli/index.js', { codeSplitting: later }),
    chromiumHost: program('chromium-host/run.ts', 'chromium-host/run.js'),
  },
  builder: {
    async buildApp(builder) {
      await Promise.all(Object.values(builder.environments).map((environment) => builder.build(environment)))
    },
  },
})
