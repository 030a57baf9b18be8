import { type ChildProcessWithoutNullStreams, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { tempDir } from './temp-dir.ts'

/** Debian's own interpreter, which is the one that finds Debian's python3-grpcio. */
const PYTHON = '/usr/bin/python3'
const INTEROP = join(import.meta.dirname, '../interop')

/** Whether this machine can run Python programs generated from a contract. */
export function hasPythonGrpc(): boolean {
  return spawnSync(PYTHON, ['-c', 'import grpc, grpc_tools']).status === 0
}

/** Generates Python modules from the three-rpc contract; answers their folder. */
export function pythonStubs(): string {
  const stubs = tempDir()
  const flags = ['-I', INTEROP, `--python_out=${stubs}`, `--grpc_python_out=${stubs}`]
  execFileSync(PYTHON, ['-m', 'grpc_tools.protoc', ...flags, join(INTEROP, 'plain_file_transfer.proto')])
  return stubs
}

/** Runs the plain client on one file; answers what it printed. */
export async function runPlainClient(
  stubs: string,
  address: string,
  file: string,
  name: string,
): Promise<PlainClientReport> {
  const child = spawn(PYTHON, [join(INTEROP, 'plain_client.py'), stubs, address, file, name])
  const [out, errors] = [collect(child.stdout), collect(child.stderr)]
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`plain_client.py exited with ${code}: ${errors()}`)
  return JSON.parse(out()) as PlainClientReport
}

export type PlainClientReport = {
  readonly before: number[]
  readonly partial: { readonly success: boolean; readonly message: string }[]
  readonly between: number[]
  readonly offsets: number[]
  readonly kept_back: number
  readonly after: number[]
  readonly success: boolean
  readonly message: string
  readonly match: boolean
  readonly server_md5: string
  readonly md5: string
}

/** Starts the plain server on a folder; answers its address. It ends with the test. */
export async function startPlainServer(stubs: string, directory: string, breakAfterChunks?: number): Promise<string> {
  const breakAfter = breakAfterChunks === undefined ? [] : [String(breakAfterChunks)]
  const child = spawn(PYTHON, [join(INTEROP, 'plain_server.py'), stubs, directory, ...breakAfter])
  const errors = collect(child.stderr)
  onTestFinished(async () => {
    child.stdin.end()
    if (child.exitCode === null) await once(child, 'close')
  })
  const port = await Promise.race([
    once(child.stdout, 'data').then(([data]) => Number(data)),
    once(child, 'close').then(() => Promise.reject(new Error(`plain_server.py ended: ${errors()}`))),
  ])
  return `127.0.0.1:${port}`
}

function collect(stream: ChildProcessWithoutNullStreams['stdout']): () => string {
  const chunks: Buffer[] = []
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  return () => Buffer.concat(chunks).toString()
}
