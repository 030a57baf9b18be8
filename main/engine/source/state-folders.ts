import type { BigIntStats } from 'node:fs'
import { lstat, readdir, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { filesBelow, holdsSecret, mayBePrivate } from './private-files.ts'
import {
  isDesktopState,
  isReceiverName,
  isReceiverState,
  isReceivingFolder,
  receiverSecretsIn,
  sendersNamesIn,
  TELLING_NAMES,
  unlessUnreadable,
} from './state-shapes.ts'

/** A folder in which this program keeps state of its own. */
export type OwnState = {
  readonly path: string
  /**
   * The names of the program in a folder that has other things in it, too: these, and those that begin with one of
   * these and a dot. @default all of it
   */
  readonly names?: readonly string[]
}

/** What is private in a folder: all of it, or what has these names. */
type PrivatePart = 'all' | ReadonlySet<string>

/**
 * Tells what belongs to Longshore itself: keys, tokens and lists of receivers and senders, this program's and others'.
 * None of it is ever sent.
 */
export type StateGuard = {
  /** What of a folder is private; `names` are those of everything in it. */
  privateIn(path: string, stats: BigIntStats, names: readonly string[]): Promise<PrivatePart>
  /** Whether this file, found in a folder, is private by itself: another name or a copy of what Longshore keeps. */
  isPrivateFile(path: string, stats: BigIntStats): Promise<boolean>
  /** Whether what a person named is private or lies in what is, wherever links lead. */
  covers(path: string): Promise<boolean>
}

/**
 * This program's own state is known by its folder (device and inode), that of other programs by its content. A folder
 * that only has such a name is not state.
 */
export function createStateGuard(own: readonly OwnState[]): StateGuard {
  const owned = ownedBy(own)
  const ownFiles = filesOf(own)
  const looks = new Map<string, Promise<LookAbove>>()

  async function lookAt(path: string, stats: BigIntStats, names: readonly string[]): Promise<PrivatePart> {
    const mine = (await owned).get(idOf(stats)) ?? []
    if (mine === 'all') return 'all'
    const present = new Set(names)
    if (await isReceiverState(path, present)) {
      // A receiving folder that is also the state folder still has received files in it.
      return (await isReceivingFolder(path, present)) ? new Set(names.filter(isReceiverName)) : 'all'
    }
    if (await isDesktopState(path, present)) return 'all'
    const found = new Set(names.filter((name) => isAmong(mine, name)))
    for (const name of await sendersNamesIn(path, names)) found.add(name)
    for (const name of await receiverSecretsIn(path, names)) found.add(name)
    return found
  }

  /**
   * A folder above a path that a person named: only the telling names are looked for, because it may have many others,
   * and need not be readable.
   */
  function lookAbove(path: string): Promise<LookAbove> {
    const look = async (): Promise<LookAbove> => {
      const stats = await stat(path, { bigint: true }).catch(unlessUnreadable)
      if (stats === undefined) return { part: new Set(), isReceiving: false, mine: [] }
      const present = await Promise.all(
        TELLING_NAMES.map(async (name) => ((await lstat(join(path, name)).catch(unlessUnreadable)) ? [name] : [])),
      )
      const names = present.flat()
      const isReceiving = await isReceivingFolder(path, new Set(names))
      return { part: await lookAt(path, stats, names), isReceiving, mine: (await owned).get(idOf(stats)) ?? [] }
    }
    const looked = looks.get(path) ?? look()
    looks.set(path, looked)
    return looked
  }

  async function isOwnFile(stats: BigIntStats): Promise<boolean> {
    return (await ownFiles).has(idOf(stats))
  }

  return {
    async isPrivateFile(path, stats) {
      if (await isOwnFile(stats)) return true
      return mayBePrivate(basename(path), stats) && holdsSecret(path, stats)
    },
    async privateIn(path, stats, names) {
      const part = await lookAt(path, stats, names)
      // When everything in the folder is private, `all` says it.
      return part !== 'all' && names.length > 0 && names.every((name) => part.has(name)) ? 'all' : part
    },
    async covers(path) {
      let at = await realpath(path).catch(unlessUnreadable)
      if (at === undefined) return false
      const stats = await stat(at, { bigint: true }).catch(unlessUnreadable)
      // Of a single file it costs nothing to look into it, whatever its name.
      if (stats?.isFile() && ((await isOwnFile(stats)) || (await holdsSecret(at, stats)))) return true
      if (stats?.isDirectory()) {
        const names = (await readdir(at).catch(unlessUnreadable)) ?? []
        if ((await this.privateIn(at, stats, names)) === 'all') return true
        if (await isReceivingFolder(at, new Set(names))) return false
      }
      for (let above = dirname(at); above !== at; at = above, above = dirname(above)) {
        const name = basename(at)
        const { part, isReceiving, mine } = await lookAbove(above)
        if (part === 'all' || isAmong(mine, name) || (await isOneOf(part, above, at))) return true
        // By a name that is not among the telling ones.
        if ((await sendersNamesIn(above, [name])).length > 0) return true
        if (isReceiving) return false
      }
      return false
    },
  }
}

type Owned = readonly string[] | 'all'
type LookAbove = { readonly part: PrivatePart; readonly isReceiving: boolean; readonly mine: Owned }

/** Compared by device and inode, too: some file systems take several spellings for one name. */
async function isOneOf(names: ReadonlySet<string>, folder: string, path: string): Promise<boolean> {
  if (names.has(basename(path))) return true
  const stats = names.size > 0 && (await stat(path, { bigint: true }).catch(unlessUnreadable))
  if (!stats) return false
  for (const name of names) {
    const other = await stat(join(folder, name), { bigint: true }).catch(unlessUnreadable)
    if (other !== undefined && idOf(other) === idOf(stats)) return true
  }
  return false
}

function isAmong(mine: Owned, name: string): boolean {
  return mine !== 'all' && mine.some((known) => name === known || name.startsWith(`${known}.`))
}

async function ownedBy(own: readonly OwnState[]): Promise<ReadonlyMap<string, Owned>> {
  const owned = new Map<string, Owned>()
  for (const { path, names } of own) {
    const stats = await stat(path, { bigint: true }).catch(unlessUnreadable)
    if (stats !== undefined) owned.set(idOf(stats), names ?? 'all')
  }
  return owned
}

/** What the desktop app keeps in a folder of its own, where a browser keeps much besides. */
const DESKTOP_LISTS = /^uploads$|\.json/

/** The files that the program keeps, to know them by other names. */
async function filesOf(own: readonly OwnState[]): Promise<ReadonlySet<string>> {
  const isOurs = ({ names }: OwnState, name: string): boolean =>
    names === undefined ? DESKTOP_LISTS.test(name) : isAmong(names, name)
  const files = await Promise.all(own.map((state) => filesBelow(state.path, (name) => isOurs(state, name))))
  return new Set(files.flat().map(idOf))
}

function idOf({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`
}
