/**
 * A gRPC server that takes a stream of chunks and drops them: `grpc-sink.js stock|wide`. Prints its port; ends at
 * SIGTERM.
 */
import { createServer } from 'node:net'
import { Server as GrpcServer, ServerCredentials, type ServerReadableStream, type sendUnaryData } from '@grpc/grpc-js'
import { channelOptions, fileTransferService } from '../../proto/index.ts'
import { RECEIVE_WINDOW_BYTES } from '../../proto/limits.ts'
import { withHttp2Extras } from '../../server/calls/http2-extras.ts'
import { listenOnLoopback } from '../../test/support/net/listen.ts'

const isWide = process.argv[2] === 'wide'
const grpc = new GrpcServer(channelOptions)
grpc.addService(fileTransferService, {
  upload(call: ServerReadableStream<{ data: Buffer }, object>, done: sendUnaryData<object>) {
    let bytes = 0
    call.on('data', ({ data }) => {
      bytes += data.length
    })
    call.on('end', () => done(null, { success: true, message: String(bytes) }))
  },
})
const create = () => grpc.createConnectionInjector(ServerCredentials.createInsecure())
const extras = {
  windowBytes: RECEIVE_WINDOW_BYTES,
  callWindowBytes: RECEIVE_WINDOW_BYTES,
  maxHeaderBytes: 8192,
  onSession: () => undefined,
}
const injector = isWide ? withHttp2Extras(extras, create) : create()
const port = await listenOnLoopback(createServer((socket) => injector.injectConnection(socket)))
console.log(JSON.stringify({ port }))
process.once('SIGTERM', () => process.exit(0))
