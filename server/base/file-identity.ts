import type { BigIntStats } from 'node:fs'

/** The same for all names of one file, and for no two files of a disk at the same time. */
export function fileIdentity({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`
}

/**
 * Whether two identities name the same file of one disk. The number of the disk itself is not compared: it is another
 * one after a start of the machine, or when the disk is plugged in elsewhere.
 */
export function isSameFile(one: string, other: string): boolean {
  return inodeOf(one) === inodeOf(other)
}

function inodeOf(identity: string): string {
  return identity.slice(identity.indexOf(':') + 1)
}
