import { AsyncLocalStorage } from 'node:async_hooks'
import { readFileSync } from 'node:fs'

/** Whom a file belongs to, by the numbers that the system has for users and groups. */
export type Owner = { readonly uid: number; readonly gid: number }

const ROOT = 0

const helped = new AsyncLocalStorage<Owner>()

/**
 * Runs a task of the administrator in a folder of somebody else: what it makes there belongs to that user, who can read
 * it at once, and what that user has there is believed.
 */
export function onBehalfOf<T>(owner: Owner, task: () => Promise<T>): Promise<T> {
  return isRoot() && owner.uid !== ROOT ? helped.run(owner, task) : task()
}

/** Whom to give what is made; undefined when it stays with the user of this process. */
export function newOwner(): Owner | undefined {
  return helped.getStore()
}

/** The user of this process; undefined where the system has no such numbers, as Windows. */
export function thisUser(): number | undefined {
  return process.geteuid?.()
}

export function isRoot(): boolean {
  return thisUser() === ROOT
}

/**
 * Whether what a user wrote may be believed: the user of this process, the one that it works for, or the administrator,
 * who can do everything anyway.
 */
export function isBelieved(uid: number): boolean {
  const self = thisUser()
  return self === undefined || uid === self || uid === ROOT || uid === newOwner()?.uid
}

/** A user for people: `the user backup`, or `the user 1234` when the system has no name for it. */
export function userOf(uid: number): string {
  return `the user ${nameOf(uid) ?? uid}`
}

/** How to run a command as a user, up to the command. */
export function commandAs(uid: number): string {
  const name = nameOf(uid)
  return name === undefined ? `sudo -u '#${uid}'` : `runuser -u ${name} --`
}

/** How a command names a user. */
export function spelledUser(uid: number): string {
  return nameOf(uid) ?? String(uid)
}

/** Users that a directory on the network has are known by their numbers only. */
function nameOf(uid: number): string | undefined {
  try {
    const users = readFileSync('/etc/passwd', 'utf8').split('\n')
    return users.map((line) => line.split(':')).find((fields) => fields[2] === String(uid))?.[0]
  } catch (error) {
    if (error instanceof Error) return undefined
    throw error
  }
}
