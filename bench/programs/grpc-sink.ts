/**
 * A gRPC server that takes a stream of chunks and drops them: `grpc-sink.js stock|wide`. Prints its port; ends at
 * SIGTERM.
 */
import { Server as GrpcServer, type ServerReadableStream, type sendUnaryData } from '@grpc/grpc-js'
import { channelOptions, fileTransferService } from '../../proto/index.ts'
import { RECEIVE_WINDOW_BYTES } from '../../proto/limits.ts'
import { listenWithGrpc } from './grpc-listen.ts'

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
await listenWithGrpc(grpc, isWide ? RECEIVE_WINDOW_BYTES : undefined)
