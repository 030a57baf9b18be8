import { closeSync, constants, openSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { hasCode } from '../base/errors.ts'

/** A connection within one machine is made at once, or not at all, ms. */
const CONNECT_WITHIN_MS = 1_000

/**
 * Listens on a socket in a folder. Other processes under the same kernel can then find out whether this one lives, even
 * when they cannot see its number, as in another container. Nothing is sent on the socket. Undefined where this is not
 * possible, as on many network file systems.
 *
 * @returns closes the socket.
 */
export async function showLife(folder: string, name: string): Promise<(() => void) | undefined> {
  const reach = reachInto(folder)
  if (reach === undefined) return undefined
  const server = createServer((socket) => socket.destroy())
  try {
    await listening(server, join(reach.path, name))
  } catch (error) {
    if (!(error instanceof Error)) throw error
    reach.close()
    return undefined
  }
  server.unref()
  // A process that fails to accept a connection is found out in another way.
  server.on('error', () => 'looked at by whoever asks')
  return () => {
    // It deletes the socket by the name that it was made under.
    server.close(reach.close)
  }
}

/**
 * Whether a process under this kernel listens on a socket in a folder; unknown when there is none, or nobody may ask.
 */
export async function hasLife(folder: string, name: string): Promise<'alive' | 'dead' | 'unknown'> {
  const reach = reachInto(folder)
  if (reach === undefined) return 'unknown'
  try {
    await connected(join(reach.path, name))
    return 'alive'
  } catch (error) {
    if (hasCode(error, 'EAGAIN')) return 'alive'
    return hasCode(error, 'ECONNREFUSED') ? 'dead' : 'unknown'
  } finally {
    reach.close()
  }
}

/**
 * A socket's path has to be short, and through an open folder it is, wherever that is. Undefined where the system has
 * no such way.
 */
function reachInto(folder: string): { readonly path: string; close(): void } | undefined {
  if (process.platform !== 'linux') return undefined
  try {
    const fd = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY)
    return { path: `/proc/self/fd/${fd}`, close: () => closeSync(fd) }
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'EACCES', 'EMFILE', 'ENFILE')) return undefined
    throw error
  }
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function connected(path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(path)
    const timer = setTimeout(() => socket.destroy(new Error('no answer')), CONNECT_WITHIN_MS)
    socket.once('close', () => clearTimeout(timer))
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.destroy()
      resolve()
    })
  })
}
