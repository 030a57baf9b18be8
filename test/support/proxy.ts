import { connect, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { listenOnLoopback } from './listen.ts'

/** A TCP proxy on loopback that can go wrong on purpose. Only the way from the client to the server is counted, held and damaged. */
export type Proxy = {
  readonly port: number
  /** Bytes that went to the server so far. */
  forwarded(): number
  /** Lets `bytes` more through, then nothing, until released. Connections stay open. */
  holdAfter(bytes: number): void
  release(): void
  /** Resets every connection, as a pulled cable and a new address would. */
  cut(): void
  /** Flips one bit in the byte at this place of the stream of all bytes to the server, once. */
  flipBitAt(place: number): void
}

/** Starts a proxy in front of `targetPort`; it ends with the test. */
export async function startProxy(targetPort: () => number): Promise<Proxy> {
  const sockets = new Set<Socket>()
  const held: (() => void)[] = []
  let forwarded = 0
  let limit = Number.POSITIVE_INFINITY
  let flipAt = -1

  const server = createServer((client) => {
    const upstream = connect(targetPort(), '127.0.0.1')
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.setNoDelay()
      socket.on('error', () => socket.destroy())
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        upstream.destroy()
      })
    }
    upstream.pipe(client)
    client.on('data', (data) => {
      const place = flipAt - forwarded
      if (place >= 0 && place < data.length) {
        data[place] = (data[place] ?? 0) ^ 1
        flipAt = -1
      }
      const pass = (): void => {
        forwarded += data.length
        if (!upstream.write(data)) {
          client.pause()
          upstream.once('drain', () => client.resume())
        }
      }
      if (forwarded < limit) pass()
      else {
        client.pause()
        held.push(() => {
          pass()
          client.resume()
        })
      }
    })
  })
  const port = await listenOnLoopback(server)

  const release = (): void => {
    limit = Number.POSITIVE_INFINITY
    for (const go of held.splice(0)) go()
  }
  const cut = (): void => {
    held.splice(0)
    for (const socket of sockets) socket.resetAndDestroy()
  }
  onTestFinished(async () => {
    const closed = new Promise((resolve) => server.close(resolve))
    for (const socket of sockets) socket.destroy()
    await closed
  })
  return {
    port,
    forwarded: () => forwarded,
    holdAfter(bytes) {
      limit = forwarded + bytes
    },
    release,
    cut,
    flipBitAt(place) {
      flipAt = place
    },
  }
}
