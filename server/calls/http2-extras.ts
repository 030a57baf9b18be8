import http2 from 'node:http2'

/** What a receiver sets on HTTP/2 and grpc-js has no option for. */
export type Http2Extras = {
  /** The receive window of each connection, bytes. */
  readonly windowBytes: number
  /**
   * The receive window of each stream of a new connection, bytes. It bounds what one stream can make the receiver hold
   * unread.
   */
  readonly callWindowBytes: number
  /**
   * The length of the headers of one request, bytes, each name and value counted with 32 more. A longer one is reset.
   */
  readonly maxHeaderBytes: number
  /** Told about each connection that speaks HTTP/2, before any call of it. */
  readonly onSession: (session: http2.ServerHttp2Session) => void
}

/**
 * Runs `create`, and gives the extras to every HTTP/2 server that it creates. grpc-js has an option for the sending
 * window only. Its servers receive with windows of 64 KiB, which is 64 KiB for each round trip: 6 MB/s at 10 ms, as on
 * ordinary Wi-Fi.
 *
 * grpc-js looks its functions up on the module at the moment when it creates a server. So replacing them for that
 * moment reaches grpc-js wherever it was loaded, and no other code.
 */
export function withHttp2Extras<T>(extras: Http2Extras, create: () => T): T {
  const { createServer, createSecureServer } = http2
  http2.createServer = withExtras(createServer, extras)
  http2.createSecureServer = withExtras(createSecureServer, extras)
  try {
    return create()
  } finally {
    http2.createServer = createServer
    http2.createSecureServer = createSecureServer
  }
}

type CreateServer = typeof http2.createServer
type CreateSecureServer = typeof http2.createSecureServer

function withExtras<Create extends CreateServer | CreateSecureServer>(create: Create, extras: Http2Extras): Create {
  const { windowBytes, callWindowBytes, maxHeaderBytes, onSession } = extras
  const wrapped = (...given: unknown[]): http2.Http2Server | http2.Http2SecureServer => {
    const [first, ...rest] = given
    const options = (typeof first === 'object' ? first : {}) as http2.ServerOptions
    const listeners = typeof first === 'function' ? [first, ...rest] : rest
    const settings = { ...options.settings, initialWindowSize: callWindowBytes, maxHeaderListSize: maxHeaderBytes }
    const server = Reflect.apply(create, http2, [{ ...options, settings }, ...listeners]) as ReturnType<Create>
    server.on('session', (session: http2.ServerHttp2Session) => {
      session.setLocalWindowSize(windowBytes)
      onSession(session)
    })
    return server
  }
  return wrapped as Create
}
