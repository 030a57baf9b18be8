import { type Server, ServerCredentials } from '@grpc/grpc-js'
import { onTestFinished } from 'vitest'

/** Lets a gRPC server listen on loopback, unencrypted, until the test ends; answers its port. */
export async function bound(server: Server): Promise<number> {
  onTestFinished(() => server.forceShutdown())
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    )
  })
}
