import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { lstat, readdir, readlink } from 'node:fs/promises'
import { join, relative } from 'node:path'

/** Every path below a folder with what tells whether it was touched: kind, owner's rights, size, time and content. */
export type Tree = Readonly<Record<string, string>>

/** The whole tree below `folder`, without what is at or below a path that `leaveOut` answers true for. */
export async function treeBelow(folder: string, leaveOut: (path: string) => boolean = () => false): Promise<Tree> {
  const tree: Record<string, string> = {}
  async function visit(directory: string): Promise<void> {
    for (const name of (await readdir(directory)).sort()) {
      const path = join(directory, name)
      if (leaveOut(relative(folder, path))) continue
      const { mode, size, mtimeMs } = await lstat(path)
      const isFolder = (mode & 0o170000) === 0o040000
      tree[relative(folder, path)] =
        `${mode.toString(8)} ${isFolder ? '' : `${size} ${mtimeMs}`} ${await contentOf(path)}`
      if (isFolder) await visit(path)
    }
  }
  await visit(folder)
  return tree
}

async function contentOf(path: string): Promise<string> {
  const stats = await lstat(path)
  if (stats.isSymbolicLink()) return readlink(path)
  return stats.isFile() ? sha256Of(path) : ''
}

/**
 * The files of a receiving folder by their final names, with the SHA-256 of each; the receiver's own folder is no part
 * of it.
 */
export async function finalFiles(directory: string): Promise<Readonly<Record<string, string>>> {
  const files: Record<string, string> = {}
  if (!existsSync(directory)) return files
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const path = relative(directory, join(entry.parentPath, entry.name))
    if (entry.isFile() && path.split('/')[0] !== '.longshore') files[path] = await sha256Of(join(directory, path))
  }
  return files
}

export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const data of createReadStream(path, { highWaterMark: 1024 * 1024 })) hash.update(data)
  return hash.digest('hex')
}
