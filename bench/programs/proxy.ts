/**
 * A TCP proxy in a process of its own: `proxy.js PORT DELAY`, DELAY in ms for each direction. Prints its port. On
 * standard input it takes `mark BYTES`, and prints when that many more bytes have gone to the server, and `count`, and
 * prints how many have.
 */
import { connect, createServer, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { createLink } from '../../test/support/net/link.ts'
import { listenOnLoopback } from '../../test/support/net/listen.ts'
import { monotonicMs } from '../run/child.ts'

const [targetPort, delayMs] = process.argv.slice(2).map(Number)
let forwarded = 0
let goals: number[] = []

function count(bytes: number): void {
  forwarded += bytes
  const reached = goals.filter((goal) => goal <= forwarded)
  if (reached.length === 0) return
  goals = goals.filter((goal) => goal > forwarded)
  for (const goal of reached) console.log(JSON.stringify({ event: 'mark', bytes: goal, atMs: monotonicMs() }))
}

function join(from: Socket, to: Socket, onBytes: (bytes: number) => void): void {
  const pass = createLink(from, to, { delayMs: delayMs ?? 0, rate: undefined })
  from.setNoDelay()
  from.on('data', (data) => {
    onBytes(data.length)
    pass(data)
  })
  // Bytes that are on their way arrive before the end does.
  from.on('end', () => setTimeout(() => to.end(), delayMs))
  from.on('error', () => to.destroy())
}

const server = createServer({ allowHalfOpen: true }, (client) => {
  const upstream = connect({ host: '127.0.0.1', port: targetPort ?? 0, allowHalfOpen: true })
  join(client, upstream, count)
  join(upstream, client, () => undefined)
})
console.log(JSON.stringify({ port: await listenOnLoopback(server) }))

createInterface({ input: process.stdin }).on('line', (line) => {
  const [command, bytes] = line.split(' ')
  if (command === 'mark') goals.push(forwarded + Number(bytes))
  else console.log(JSON.stringify({ event: 'count', bytes: forwarded }))
})
