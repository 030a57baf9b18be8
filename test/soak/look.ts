import { cpSync, existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { filesInBucket, type TestBucket } from '../../scripts/cluster/bucket.ts'
import { openDatabase } from '../../server/ledger/database.ts'
import type { UploadRecord } from '../../server/ledger/ledger.ts'
import { toUpload } from '../../server/ledger/record-text.ts'
import { connectRedis } from '../../server/ledger/redis-connection.ts'
import type { Complaint, LedgerRecord, Leftover, Logged, Stored } from './evidence.ts'
import type { Processes } from './processes.ts'
import { digest } from './world.ts'

/** The receiver's own folder at the top of the receiving one. */
const OWN = '.longshore'

/**
 * Size, time and inode of every file below `root`, by path, and which folders there are: what shows whether anybody
 * touched one.
 */
export function filesUnder(root: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const path of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
    const stats = lstatSync(join(root, path), { bigint: true, throwIfNoEntry: false })
    // A lock that is tried and not had may change the time of the folder that it is in.
    if (stats?.isDirectory()) found.set(path, 'folder')
    else if (stats !== undefined) found.set(path, `${stats.size} ${stats.mtimeNs} ${stats.ino}`)
  }
  return found
}

/** What was received into a folder, with the folders in it. */
export function receivedIn(box: string): { readonly stored: Map<string, Stored>; readonly folders: string[] } {
  const stored = new Map<string, Stored>()
  const folders: string[] = []
  for (const path of readdirSync(box, { recursive: true, encoding: 'utf8' })) {
    if (path === OWN || path.startsWith(`${OWN}/`)) continue
    if (lstatSync(join(box, path)).isDirectory()) {
      folders.push(path)
      continue
    }
    const content = readFileSync(join(box, path))
    stored.set(path, { md5: digest('md5', content), bytes: content.length })
  }
  return { stored, folders }
}

/**
 * The same of a bucket, where an empty folder is an object whose key ends with a slash.
 *
 * @param md5BySha256 of every content that somebody sent; a bucket is compared by another digest.
 */
export async function receivedInBucket(
  bucket: TestBucket,
  md5BySha256: ReadonlyMap<string, string>,
): Promise<ReturnType<typeof receivedIn>> {
  const stored = new Map<string, Stored>()
  const folders: string[] = []
  for (const [key, sha256] of Object.entries(await filesInBucket(bucket))) {
    if (key.endsWith('/')) folders.push(key.slice(0, -1))
    else stored.set(key, { md5: md5BySha256.get(sha256) ?? `of ${sha256}`, bytes: -1 })
  }
  return { stored, folders }
}

/** The log of a receiving folder as anybody can read it. A line that is none is left out, as a crash may leave one. */
export function logOf(box: string): Logged[] {
  const path = join(box, OWN, 'received.jsonl')
  if (!existsSync(path)) return []
  return readFileSync(path, 'utf8').split('\n').flatMap(toLogged)
}

function toLogged(line: string): Logged[] {
  try {
    const { path, md5, size } = JSON.parse(line)
    return typeof md5 === 'string' ? [{ path, md5, size }] : []
  } catch (error) {
    if (error instanceof SyntaxError) return []
    throw error
  }
}

/** All records of the ledger of a receiver that does not run, read from a copy. */
export async function recordsIn(box: string): Promise<LedgerRecord[]> {
  const copy = mkdtempSync(join(tmpdir(), 'soak-ledger-'))
  try {
    cpSync(join(box, OWN, 'ledger'), copy, { recursive: true })
    const database = await openDatabase(copy, (damage) => {
      throw new Error('The ledger of a receiver is damaged.', { cause: damage })
    })
    try {
      const records: LedgerRecord[] = []
      for await (const [key, text] of database.iterator({ gte: 'upload/', lt: 'upload0' }))
        records.push(toLedgerRecord(key.slice('upload/'.length), text))
      return records
    } finally {
      await database.close()
    }
  } finally {
    rmSync(copy, { recursive: true })
  }
}

/** The same of nodes that share a Redis. */
export async function recordsInRedis(url: string): Promise<LedgerRecord[]> {
  const state = await connectRedis(url, () => undefined)
  try {
    const prefix = 'longshore:upload:'
    const keys = await state.command('KEYS', `${prefix}*`)
    const records: LedgerRecord[] = []
    for (const key of Array.isArray(keys) ? keys : []) {
      const text = await state.command('HGET', String(key), 'record')
      records.push(toLedgerRecord(String(key).slice(prefix.length), String(text)))
    }
    return records
  } finally {
    state.close()
  }
}

function toLedgerRecord(fileId: string, text: string): LedgerRecord {
  const record: UploadRecord | undefined = toUpload(fileId, text)
  if (record === undefined) throw new Error(`The ledger has a record that it could not read itself: ${text}`)
  const { state } = record
  if (state.kind === 'receiving') return { fileId, state: state.kind }
  return { fileId, state: state.kind, storedAs: state.storedAs.join('/'), md5: state.digest.hex }
}

/** What unfinished work left in the receiver's own folder. */
export function leftoversIn(box: string): Leftover[] {
  const own = join(box, OWN)
  const names = (folder: string) => (existsSync(join(own, folder)) ? readdirSync(join(own, folder)) : [])
  return [
    ...names('parts').map((name) => ({ path: `parts/${name}`, fileId: name.replace(/\..*$/, '') })),
    ...names('small').map((name) => ({ path: `small/${name}` })),
    ...names('.')
      .filter((name) => /^probe|\.new$|\.tmp$/.test(name))
      .map((path) => ({ path })),
  ]
}

/** What `longshore verify` complains of. */
export async function complaintsIn(box: string, processes: Processes): Promise<Complaint[]> {
  const program = processes.longshore(['verify', box, '--json'])
  const exit = await program.ended
  const lines = program.lines.map((line) => JSON.parse(line))
  const complaints = lines.flatMap(({ event, ...rest }) =>
    event === 'damaged' || event === 'missing' ? [{ kind: event, ...toComplaint(rest) }] : [],
  )
  const expected = complaints.length === 0 ? 0 : 1
  if (exit !== expected) throw new Error(`verify ended with ${exit} and ${complaints.length} complaints.`)
  return complaints
}

function toComplaint(line: Readonly<Record<string, string>>): Omit<Complaint, 'kind'> {
  return { path: line.name ?? '', md5: line.expected ?? line.md5 ?? '' }
}
