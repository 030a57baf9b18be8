import { randomBytes } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import type { FoundReceiver } from '../../../main/contract/receivers.ts'
import { type Browsing, browse } from '../../../main/discovery/discovery.ts'
import type { MulticastDeps } from '../../../proto/multicast.ts'
import { namedNetworks } from '../../../proto/network.ts'
import { type Announcement, type AnnounceOptions, announce } from '../../../server/discovery.ts'

/** The loopback's name and the group it is spoken to by; nothing of a test leaves the machine. */
const LOOPBACK = '127.0.0.1'
const GROUP = '224.0.0.251'

/** The networks of a test: the loopback alone. */
export function loopbackOnly() {
  return namedNetworks(['lo', 'lo0'])
}

/** A port that no other test speaks on. */
export async function freeMulticastPort(): Promise<number> {
  const socket = createSocket('udp4')
  socket.bind(0, LOOPBACK)
  await once(socket, 'listening')
  const { port } = socket.address() as AddressInfo
  socket.close()
  return port
}

/** A neighbour who hears all and can send anything, from the port that others listen to. */
export async function rawNeighbour(port: number): Promise<Socket & { tell(bytes: Uint8Array): Promise<void> }> {
  const socket = createSocket({ type: 'udp4', reuseAddr: true })
  socket.bind(port)
  await once(socket, 'listening')
  socket.addMembership(GROUP, LOOPBACK)
  socket.setMulticastInterface(LOOPBACK)
  onTestFinished(() => void socket.close())
  const tell = (bytes: Uint8Array) =>
    new Promise<void>((resolve, reject) => {
      socket.send(bytes, port, GROUP, (error) => (error ? reject(error) : resolve()))
    })
  return Object.assign(socket, { tell })
}

/** Whether this machine lets a program speak to a group on the loopback. */
export async function hasLoopbackMulticast(): Promise<boolean> {
  const port = await freeMulticastPort()
  const socket = createSocket({ type: 'udp4', reuseAddr: true })
  try {
    socket.bind(port)
    await once(socket, 'listening')
    socket.addMembership(GROUP, LOOPBACK)
    socket.setMulticastInterface(LOOPBACK)
    const heard = once(socket, 'message', { signal: AbortSignal.timeout(2000) })
    socket.send('?', port, GROUP)
    await heard
    return true
  } catch {
    // No multicast in this container or on this system.
    return false
  } finally {
    socket.close()
  }
}

/** Browses on the loopback until the test ends. */
export function browseLoopback(
  multicastPort: number,
  more: Partial<MulticastDeps> = {},
): Browsing & {
  readonly changes: (readonly FoundReceiver[])[]
} {
  const changes: (readonly FoundReceiver[])[] = []
  const browsing = browse({ networks: loopbackOnly, multicastPort, onChange: (list) => changes.push(list), ...more })
  onTestFinished(() => browsing.stop())
  return { ...browsing, changes }
}

/** Announces a receiver on the loopback until the test ends. */
export function announceOnLoopback(more: Partial<AnnounceOptions>): Announcement & { readonly id: string } {
  const id = randomBytes(16).toString('hex')
  const announcement = announce({
    id,
    name: 'box',
    host: '0.0.0.0',
    port: 50051,
    tls: false,
    networks: loopbackOnly,
    onTrouble: (cause) => {
      throw cause
    },
    ...more,
  })
  onTestFinished(() => announcement.stop())
  return { id, ...announcement }
}
