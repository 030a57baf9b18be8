import { readdir } from 'node:fs/promises'
import { basename } from 'node:path'
import { STATE_FOLDER } from '../names/safe-path.ts'

/** The files that a receiver keeps, by name. */
export const STATE_FILES: readonly string[] = [
  'receiver-id',
  'pairing.json',
  'pairing.json.tries.new',
  'listening.json',
  'small-files.0',
  'small-files.1',
  'small-files.boot',
  'received.jsonl',
  'receiver.lock',
  'place-id',
]

/** The folders that a receiver keeps, by name. */
export const STATE_FOLDERS: readonly string[] = [
  'identity',
  'devices',
  'former-devices',
  'ledger',
  'parts',
  'small',
  'replacing',
  'occupants',
]

/**
 * Whether a folder is a receiver's alone. With --state-dir somebody may have named one with other things in it, which
 * other users may need. What systems put into every folder is no such thing.
 */
export async function isReceiversAlone(folder: string): Promise<boolean> {
  if (basename(folder) === STATE_FOLDER) return true
  const own = [...STATE_FILES, ...STATE_FOLDERS]
  const isOwn = (name: string) => own.some((known) => name === known || name.startsWith(`${known}.`))
  return (await readdir(folder)).every((name) => isOwn(name) || /^[.@]|^lost\+found$/.test(name))
}
