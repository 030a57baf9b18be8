import { Server, type UntypedServiceImplementation } from '@grpc/grpc-js'
import { onTestFinished } from 'vitest'
import { connect } from '../../main/engine/net/connection.ts'
import { plaintextRoute } from '../../main/engine/net/route.ts'
import { fileTransferService } from '../../proto/index.ts'
import { bound } from './net/bound.ts'

/** A connection to a server that answers these calls, and no others. Both are closed after the test. */
export async function connectTo(implementation: UntypedServiceImplementation) {
  const server = new Server()
  server.addService(fileTransferService, implementation)
  const connection = connect(plaintextRoute(`127.0.0.1:${await bound(server)}`), 1)
  onTestFinished(() => connection.close())
  return connection
}
