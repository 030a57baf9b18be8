import type { UploadId } from '../../main/contract/contract.ts'
import type { Mirror } from './mirror.ts'
import { folderIdOf, type QueueRows } from './queue-rows.ts'
import { matcher } from './view.ts'

/** Which lines the person has selected, by key. A range begins at the anchor. */
export type Selection = { readonly keys: ReadonlySet<string>; readonly anchor?: string }

export const NO_SELECTION: Selection = { keys: new Set() }

/** Selects one line alone. */
export function selectOnly(key: string): Selection {
  return { keys: new Set([key]), anchor: key }
}

/** Adds a line, or takes it out. */
export function toggleSelected({ keys }: Selection, key: string): Selection {
  const copy = new Set(keys)
  if (!copy.delete(key)) copy.add(key)
  return { keys: copy, anchor: key }
}

/** Selects from the anchor to a line, and nothing else. */
export function selectTo({ anchor }: Selection, rows: QueueRows, key: string): Selection {
  const [from, to] = [anchor === undefined ? -1 : rows.indexOf(anchor), rows.indexOf(key)]
  if (anchor === undefined || from === -1 || to === -1) return selectOnly(key)
  return { keys: keysBetween(rows, Math.min(from, to), Math.max(from, to)), anchor }
}

/** Selects every line that is shown. */
export function selectAll({ anchor }: Selection, rows: QueueRows): Selection {
  return { keys: keysBetween(rows, 0, rows.count - 1), ...(anchor !== undefined && { anchor }) }
}

function keysBetween(rows: QueueRows, first: number, last: number): ReadonlySet<string> {
  const keys = new Set<string>()
  for (let index = first; index <= last; index++) {
    const key = rows.keyAt(index)
    if (key !== undefined) keys.add(key)
  }
  return keys
}

/**
 * The uploads that lines stand for, each once. For a folder, those that the view shows; lines that are not shown any
 * more are left out.
 */
export function idsOf(
  keys: Iterable<string>,
  { uploads, shown, view }: Pick<Mirror, 'uploads' | 'shown' | 'view'>,
): readonly UploadId[] {
  const matches = matcher(view)
  const single: UploadId[] = []
  const ofFolders: UploadId[] = []
  for (const key of keys) {
    const folderId = folderIdOf(key)
    if (folderId !== undefined) for (const id of shown.folders.get(folderId)?.shownIds ?? []) ofFolders.push(id)
    else {
      const upload = uploads.get(key)
      if (upload !== undefined && matches(upload)) single.push(key)
    }
  }
  // Without a folder, no upload can be named twice.
  return ofFolders.length === 0 ? single : [...new Set([...single, ...ofFolders])]
}
