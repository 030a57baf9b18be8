import { builtinModules } from 'node:module'
import { dirname, join } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig, type EnvironmentOptions, type Plugin } from 'vite'
import packageJson from './package.json' with { type: 'json' }

const here = import.meta.dirname

/** Stays outside every bundle: the runtime's own modules, and the one native package, whose binary must stay a file. */
const external = ['electron', 'classic-level', ...builtinModules, /^node:/]

/**
 * Parts of a program that are read one by one: what is not read need not be parsed at every start. Each has what its
 * modules import in it, too.
 */
const parts = {
  groups: [
    { name: 'object-store', test: /node_modules\/(@aws|@aws-sdk|@smithy)\// },
    { name: 'redis', test: /node_modules\/@redis\// },
    {
      name: 'certificates',
      test: /node_modules\/(@peculiar|selfsigned|asn1js|pvtsutils|pvutils|reflect-metadata|tsyringe)\//,
    },
    // For metrics and for Redis, which few want both.
    { name: 'tracing', test: /node_modules\/@opentelemetry\//, priority: 1 },
    { name: 'commands', test: /\/cli\/program\.ts$/, priority: 4 },
    { name: 'contract', test: /\/proto\/(digests|identity|line|pairing|reasons|shortage|token)\.ts$/, priority: 3 },
    { name: 'hashing', test: /node_modules\/hash-wasm\//, priority: 3 },
    { name: 'wire', test: /\/proto\/index\.ts$/, priority: 2 },
    { name: 'engine', test: /\/main\/engine\/engine\.ts$/, priority: 1 },
  ],
}

/**
 * A Node program with all its libraries inside, so that the packaged app needs no node_modules but the native one: one
 * file, or parts beside it.
 */
function program(
  input: string,
  outFile: string,
  { format = 'es', codeSplitting = false }: { format?: 'es' | 'cjs'; codeSplitting?: false | typeof parts } = {},
): EnvironmentOptions {
  return {
    consumer: 'server',
    resolve: { noExternal: true },
    build: {
      ssr: true,
      target: 'node20.19',
      outDir: join(here, 'out'),
      emptyOutDir: false,
      rolldownOptions: {
        input: join(here, input),
        external,
        output: {
          format,
          // What cli/parts.ts compiles has nobody who would import for it.
          dynamicImportInCjs: false,
          entryFileNames: outFile,
          chunkFileNames: `${dirname(outFile)}/[name].js`,
          codeSplitting,
          // White space only. Shortened and rewritten, the app sent nothing; and people read names in errors.
          minify: codeSplitting && { compress: false, mangle: false, codegen: { removeWhitespace: true } },
          // What libraries say of themselves is an eighth of all that would be read at every start.
          comments: { legal: true, annotation: false, jsdoc: false },
        },
      },
    },
  }
}

/** grpc-js loads a second parser of contracts, but only for two services that nobody here starts. */
const withoutChannelz: Plugin = {
  name: 'without-channelz',
  enforce: 'pre',
  resolveId: (source, importer) =>
    source === '@grpc/proto-loader' && importer?.includes('/@grpc/grpc-js/') ? 'without-channelz' : undefined,
  load: (id) => (id === 'without-channelz' ? 'export {}' : undefined),
}

/** Tells Node that the terminal program is CommonJS, though the package is not. */
const commonJsFolder: Plugin = {
  name: 'common-js-folder',
  applyToEnvironment: ({ name }) => name === 'cli',
  generateBundle() {
    this.emitFile({ type: 'asset', fileName: 'cli/package.json', source: '{ "type": "commonjs" }\n' })
  },
}

export default defineConfig({
  root: join(here, 'renderer'),
  base: './',
  clearScreen: false,
  // Nobody waits for these to come over a network.
  build: { chunkSizeWarningLimit: 4096 },
  logLevel: 'warn',
  plugins: [react(), withoutChannelz, commonJsFolder],
  define: { 'import.meta.env.LONGSHORE_VERSION': JSON.stringify(packageJson.version) },
  environments: {
    client: { build: { outDir: join(here, 'out/renderer'), emptyOutDir: true } },
    main: program('main/index.ts', 'main/index.js'),
    // A sandboxed preload must be one CommonJS file.
    preload: program('main/ipc/preload.ts', 'main/preload.cjs', { format: 'cjs' }),
    receiver: program('server/index.ts', 'receiver/index.js', { codeSplitting: parts }),
    receiverLibrary: program('server/library.ts', 'library/receiver.js', { codeSplitting: parts }),
    hashWorker: program('main/engine/source/hash-worker.ts', 'hash-worker/index.js'),
    // It is started for every command: see cli/parts.ts. What starts it shares nothing with it, or it would load it.
    cli: program('cli/program.ts', 'cli/program.js', { format: 'cjs', codeSplitting: parts }),
    cliStart: program('cli/index.ts', 'cli/index.js', { format: 'cjs' }),
    chromiumHost: program('chromium-host/run.ts', 'chromium-host/run.js'),
  },
  builder: {
    async buildApp(builder) {
      await Promise.all(Object.values(builder.environments).map((environment) => builder.build(environment)))
    },
  },
})
