import { connect } from 'node:net'
import { HELLO } from '../../server/fixtures/raw-frames.ts'

/**
 * A process of its own that opens connections which speak HTTP/2 and then do nothing, a hundred at a time, from as many
 * loopback addresses as it needs: `idle-crowd.ts PORT CONNECTIONS PER_ADDRESS`. When all were tried it prints how many
 * are open, and stays until it is ended.
 */
const [port = 0, connections = 0, perAddress = 1] = process.argv.slice(2).map(Number)
let open = 0

function enter(number: number): Promise<void> {
  return new Promise((resolve) => {
    const localAddress = `127.0.0.${2 + Math.floor(number / perAddress)}`
    const socket = connect({ port, host: '127.0.0.1', localAddress })
    let isOpen = false
    socket.on('error', () => socket.destroy())
    socket.once('close', () => {
      if (isOpen) open--
      resolve()
    })
    socket.once('connect', () => socket.write(HELLO))
    // The receiver's own settings: it has let this one in.
    socket.once('data', () => {
      isOpen = true
      open++
      resolve()
    })
    socket.resume()
  })
}

for (let number = 0; number < connections; number += 100) {
  await Promise.all(Array.from({ length: Math.min(100, connections - number) }, (_, more) => enter(number + more)))
}
process.stdout.write(`${JSON.stringify({ open })}\n`)
