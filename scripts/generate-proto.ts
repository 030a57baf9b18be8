/**
 * Generates proto/generated from proto/file_transfer.proto: the TypeScript types, and the descriptor that is loaded at
 * run time, so that no .proto file has to be found inside a bundle or an asar. With --check nothing is written and
 * stale files are an error.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import protobuf from 'protobufjs'
import { loaderOptions } from '../proto/options.ts'

const root = join(import.meta.dirname, '..')
const source = join(root, 'proto/file_transfer.proto')
const committed = join(root, 'proto/generated')

function generateInto(directory: string): void {
  const flags = Object.entries(loaderOptions).flatMap(([name, value]) => {
    if (typeof value === 'boolean') return value ? [`--${name}`] : []
    return [`--${name}=${value.name}`]
  })
  execFileSync(
    process.execPath,
    [
      join(root, 'node_modules/@grpc/proto-loader/build/bin/proto-loader-gen-types.js'),
      ...flags,
      '--includeComments',
      '--grpcLib=@grpc/grpc-js',
      '--inputTemplate=%sInput',
      '--outputTemplate=%s',
      '--importFileExtension=.ts',
      `--outDir=${directory}`,
      'file_transfer.proto',
    ],
    { cwd: join(root, 'proto'), stdio: ['ignore', 'ignore', 'inherit'] },
  )
  const descriptor = protobuf.loadSync(source).toJSON()
  writeFileSync(join(directory, 'descriptor.json'), `${JSON.stringify(descriptor, undefined, 2)}\n`)
}

function filesBelow(directory: string): Map<string, string> {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const paths = files.map((entry) => join(entry.parentPath, entry.name))
  return new Map(paths.map((path) => [relative(directory, path), readFileSync(path, 'utf8')]))
}

if (process.argv.includes('--check')) {
  const fresh = mkdtempSync(join(tmpdir(), 'longshore-proto-'))
  try {
    generateInto(fresh)
    const [want, have] = [filesBelow(fresh), filesBelow(committed)]
    const stale = [...new Set([...want.keys(), ...have.keys()])].filter((name) => want.get(name) !== have.get(name))
    if (stale.length > 0) {
      console.error(`proto/generated is stale (${stale.join(', ')}): run \`npm run proto\` and commit the result.`)
      process.exitCode = 1
    }
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
} else {
  rmSync(committed, { recursive: true, force: true })
  generateInto(committed)
}
