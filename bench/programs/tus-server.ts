/** A tus server that keeps its uploads in a folder: `tus-server.js FOLDER`. Prints its port; ends at SIGTERM. */
import { FileStore } from '@tus/file-store'
import { Server } from '@tus/server'

const [directory = ''] = process.argv.slice(2)
const tus = new Server({ path: '/files', datastore: new FileStore({ directory }) })
const server = tus.listen({ host: '127.0.0.1', port: 0 }, () => {
  const address = server.address()
  if (address !== null && typeof address === 'object') console.log(JSON.stringify({ port: address.port }))
})
process.once('SIGTERM', () => process.exit(0))
