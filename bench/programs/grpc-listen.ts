import { createServer } from 'node:net'
import { type Server as GrpcServer, ServerCredentials } from '@grpc/grpc-js'
import { withHttp2Extras } from '../../server/calls/http2-extras.ts'
import { listenOnLoopback } from '../../test/support/net/listen.ts'

/**
 * Lets a gRPC server listen on loopback, prints its port, and ends this process at SIGTERM.
 *
 * @param windowBytes the receive window of HTTP/2, of each stream and connection; undefined for what grpc-js has
 */
export async function listenWithGrpc(grpc: GrpcServer, windowBytes: number | undefined): Promise<void> {
  const create = () => grpc.createConnectionInjector(ServerCredentials.createInsecure())
  const windows = { windowBytes: windowBytes ?? 0, callWindowBytes: windowBytes ?? 0 }
  const extras = { ...windows, maxHeaderBytes: 8192, onSession: () => undefined }
  const injector = windowBytes === undefined ? create() : withHttp2Extras(extras, create)
  const port = await listenOnLoopback(createServer((socket) => injector.injectConnection(socket)))
  console.log(JSON.stringify({ port }))
  process.once('SIGTERM', () => process.exit(0))
}
