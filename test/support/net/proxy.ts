import { connect, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { createLink, createRate, type Rate } from './link.ts'
import { listenOnLoopback } from './listen.ts'

/**
 * A TCP proxy on loopback that can go wrong on purpose. Only the way from the client to the server is counted, held and
 * damaged.
 */
export type TestProxy = {
  readonly port: number
  /** Bytes that went to the server so far. */
  forwarded(): number
  /** Resolves when `bytes` more have gone to the server. */
  passed(bytes: number): Promise<void>
  /** Lets `bytes` more through, then nothing, until released. Connections stay open. */
  holdAfter(bytes: number): void
  release(): void
  /** Resets every connection, as a pulled cable and a new address would. */
  cut(): void
  /** Ends every connection in an orderly way, as a proxy that restarts would. */
  fin(): void
  /**
   * Swallows everything without a word, as a network that is gone does; connections that are there or come meanwhile
   * hang for ever. Answers the way to bring the network back for new connections.
   */
  blackHole(): () => void
  /** Makes each direction take this much longer, ms. Connections made before keep their own. */
  setDelay(delayMs: number): void
  /**
   * Lets each direction carry this much, bytes a second, over all connections together. Connections made before keep
   * their own.
   */
  setRate(bytesPerSecond: number): void
  /** Connects to the server from this loopback address from now on. */
  comeFrom(localAddress: string): void
  /** Flips one bit in the byte at this place of the stream of all bytes to the server, once. */
  flipBitAt(place: number): void
}

/** Starts a proxy in front of `targetPort`; it ends with the test. */
export async function startProxy(targetPort: () => number): Promise<TestProxy> {
  const sockets = new Set<Socket>()
  const held: (() => void)[] = []
  const watchers = new Set<() => void>()
  let forwarded = 0
  let limit = Number.POSITIVE_INFINITY
  let flipAt = -1
  let swallowing = false
  let delayMs = 0
  let rates: { readonly toServer: Rate; readonly toClient: Rate } | undefined
  let localAddress = '127.0.0.1'

  function keep(socket: Socket, closeBoth: () => void): void {
    sockets.add(socket)
    socket.setNoDelay()
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      sockets.delete(socket)
      closeBoth()
    })
  }

  function flip(data: Buffer): void {
    const place = flipAt - forwarded
    if (place < 0 || place >= data.length) return
    data[place] = (data[place] ?? 0) ^ 1
    flipAt = -1
  }

  const server = createServer((client) => {
    if (swallowing) {
      keep(client, () => undefined)
      client.pause()
      return
    }
    const upstream = connect({ port: targetPort(), host: '127.0.0.1', localAddress })
    const closeBoth = (): void => {
      client.destroy()
      upstream.destroy()
    }
    keep(client, closeBoth)
    keep(upstream, closeBoth)
    const toServer = createLink(client, upstream, { delayMs, rate: rates?.toServer })
    const toClient = createLink(upstream, client, { delayMs, rate: rates?.toClient })
    upstream.on('data', toClient)
    client.on('data', (data) => {
      flip(data)
      const pass = (): void => {
        forwarded += data.length
        toServer(data)
        for (const look of watchers) look()
      }
      if (forwarded < limit) pass()
      else {
        client.pause()
        held.push(() => {
          client.resume()
          pass()
        })
      }
    })
  })
  const port = await listenOnLoopback(server)

  onTestFinished(async () => {
    const closed = new Promise((resolve) => server.close(resolve))
    for (const socket of sockets) socket.destroy()
    await closed
  })
  return {
    port,
    forwarded: () => forwarded,
    passed(bytes) {
      const goal = forwarded + bytes
      return new Promise((resolve) => {
        const look = (): void => {
          if (forwarded < goal) return
          watchers.delete(look)
          resolve()
        }
        watchers.add(look)
        look()
      })
    },
    holdAfter(bytes) {
      limit = forwarded + bytes
    },
    release() {
      limit = Number.POSITIVE_INFINITY
      for (const go of held.splice(0)) go()
    },
    cut() {
      held.splice(0)
      for (const socket of sockets) socket.resetAndDestroy()
    },
    fin() {
      held.splice(0)
      for (const socket of sockets) socket.end()
    },
    blackHole() {
      swallowing = true
      for (const socket of sockets) {
        // One end that gives up must not be told to the other.
        socket.removeAllListeners('data').removeAllListeners('close')
        socket.on('data', () => undefined)
      }
      return () => {
        swallowing = false
      }
    },
    setDelay(milliseconds) {
      delayMs = milliseconds
    },
    setRate(bytesPerSecond) {
      rates = { toServer: createRate(bytesPerSecond), toClient: createRate(bytesPerSecond) }
    },
    comeFrom(address) {
      localAddress = address
    },
    flipBitAt(place) {
      flipAt = place
    },
  }
}
