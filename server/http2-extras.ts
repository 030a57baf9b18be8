import http2 from 'node:http2'

/**
 * Makes every HTTP/2 server that this process creates from now on receive with a larger window. grpc-js has an option for the sending side
 * only and leaves its servers at 64 KiB, which is 64 KiB for each round trip: 6 MB/s at 10 ms, ordinary Wi-Fi.
 *
 * grpc-js looks its functions up on the module at the moment it listens, so replacing them here reaches it wherever it was loaded.
 *
 * @param bytes the window of each stream and of each connection. It bounds what one connection can make the receiver hold.
 * @returns false when this runtime cannot do it, and then nothing was changed: transfers are slower, not wrong.
 */
export function raiseReceiveWindow(bytes: number): boolean {
  if (raised.has(http2)) return true
  if (typeof http2.createServer !== 'function' || typeof http2.createSecureServer !== 'function') return false
  raised.add(http2)
  http2.createServer = withWindow(http2.createServer, bytes)
  http2.createSecureServer = withWindow(http2.createSecureServer, bytes)
  return true
}

const raised = new WeakSet<object>()

type CreateServer = typeof http2.createServer
type CreateSecureServer = typeof http2.createSecureServer

function withWindow<Create extends CreateServer | CreateSecureServer>(create: Create, bytes: number): Create {
  const wrapped = (...given: unknown[]): http2.Http2Server | http2.Http2SecureServer => {
    const [first, ...rest] = given
    const options = (typeof first === 'object' ? first : {}) as http2.ServerOptions
    const listeners = typeof first === 'function' ? [first, ...rest] : rest
    const settings = { ...options.settings, initialWindowSize: bytes }
    const server = Reflect.apply(create, http2, [{ ...options, settings }, ...listeners]) as ReturnType<Create>
    server.on('session', (session: http2.ServerHttp2Session) => session.setLocalWindowSize(bytes))
    return server
  }
  return wrapped as Create
}
