import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { type Random, wholeBetween } from './random.ts'

/** A TCP proxy on loopback that goes wrong when it is told to. */
export type FaultyProxy = {
  readonly port: number
  /** Resets every connection, as happens when a cable is pulled or an address changes. */
  cut(): void
  /** Lets nothing through for this long, ms; connections stay open. */
  stall(forMs: number): void
  /** Flips one bit in file content that is on its way to the receiver, as soon as there is some. */
  flipBit(): void
  close(): Promise<void>
}

export type FaultyProxyOptions = {
  /** Where the receiver listens now; it changes when the receiver is started again. */
  readonly targetPort: () => number
  readonly random: Random
  /** Hears how many bytes went to the receiver, as they go. */
  readonly onForwarded: (bytes: number) => void
  readonly onFlipped: () => void
}

/**
 * A byte counts as file content when this many bytes on both sides of it have their highest bit set. Only content is
 * damaged: without encryption, a name or a size has no checksum, so nobody could notice.
 */
const SURROUNDING_BYTES = 256

export async function startFaultyProxy(options: FaultyProxyOptions): Promise<FaultyProxy> {
  const sockets = new Set<Socket>()
  let flipping = false
  let stalled: NodeJS.Timeout | undefined

  function join(from: Socket, to: Socket, look: (data: Buffer) => void): void {
    sockets.add(from)
    if (stalled !== undefined) from.pause()
    from.setNoDelay()
    from.on('data', (data) => {
      look(data)
      if (!to.write(data)) from.pause()
    })
    to.on('drain', () => {
      if (stalled === undefined) from.resume()
    })
    from.on('error', () => from.destroy())
    from.on('close', () => {
      sockets.delete(from)
      to.destroy()
    })
  }

  const server = createServer((sender) => {
    const receiver = connect(options.targetPort(), '127.0.0.1')
    join(receiver, sender, () => {})
    join(sender, receiver, (data) => {
      if (flipping && flipContentBit(data, options.random)) {
        flipping = false
        options.onFlipped()
      }
      options.onForwarded(data.length)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      for (const socket of sockets) socket.resetAndDestroy()
    },
    stall(forMs) {
      clearTimeout(stalled)
      for (const socket of sockets) socket.pause()
      stalled = setTimeout(() => {
        stalled = undefined
        for (const socket of sockets) socket.resume()
      }, forMs)
    },
    flipBit() {
      flipping = true
    },
    async close() {
      clearTimeout(stalled)
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

/** Flips a bit of a byte somewhere in `data`, unless what is around it could be anything but file content. */
function flipContentBit(data: Buffer, random: Random): boolean {
  const at = Math.floor(random() * data.length)
  const around = data.subarray(Math.max(0, at - SURROUNDING_BYTES), at + SURROUNDING_BYTES + 1)
  if (around.length < 2 * SURROUNDING_BYTES + 1 || !around.every((byte) => byte >= 0x80)) return false
  data[at] = (data[at] ?? 0) ^ (1 << wholeBetween(random, 0, 7))
  return true
}
