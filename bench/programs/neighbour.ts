import { createHash, randomBytes } from 'node:crypto'
import { connect as connectTls } from 'node:tls'
import { crc32 } from 'node:zlib'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import { asked } from '../../server/fixtures/client.ts'
import { type Access, begin, connectAs, newKey, upload } from '../run/neighbour.ts'

/**
 * Does to a receiver the worst that one device, or strangers, can, until it is ended: `neighbour ATTACK ACCESS`, with
 * {@link Access} as JSON. Writes `ready` when it has begun.
 */
const [attack = '', accessText = ''] = process.argv.slice(2)
const access = JSON.parse(accessText) as Access
const clients = Array.from({ length: 4 }, () => connectAs(access))
const MIB = 1024 ** 2
/** An attack only wants an answer, of whatever kind. */
const whatever = () => undefined

type Client = (typeof clients)[number]

function clientFor(index: number): Client {
  return clients[index % clients.length] as Client
}

/** So many workers, each of which repeats one task for ever. */
function forEver(workers: number, task: (index: number) => Promise<unknown>): void {
  for (let index = 0; index < workers; index++) {
    void (async () => {
      for (;;) {
        await task(index).catch(whatever)
        await new Promise(setImmediate)
      }
    })()
  }
}

async function streamOf(client: Client, damaged: boolean): Promise<void> {
  const begun = await begin(client, [newKey()], 64 * MIB)
  const data = randomBytes(damaged ? 64 * 1024 : CHUNK_BYTES)
  const sum = damaged ? 0 : crc32(data)
  await new Promise<void>((resolve) => {
    const call = client.uploadChunks()
    let offset = 0
    const next = () => {
      if (offset >= 64 * MIB) return call.end()
      call.write({ fileId: begun.fileId, generation: begun.generation, offset, data, crc32: sum })
      if (!damaged) offset += CHUNK_BYTES
    }
    call.on('data', next)
    call.on('error', () => resolve())
    call.on('end', () => resolve())
    for (let index = 0; index < 4; index++) next()
  })
  await asked((done) => client.abortUpload({ fileId: begun.fileId }, done))
}

function smallFile() {
  const data = randomBytes(1024)
  const md5 = createHash('md5').update(data).digest('hex')
  const path = [`d${Math.floor(Math.random() * 50)}`, newKey()]
  return { uploadKey: newKey(), path, size: data.length, modifiedAtMs: 1, data, crc32: crc32(data), md5 }
}

const attacks: Readonly<Record<string, () => Promise<void>>> = {
  async nothing() {
    // The attack that does nothing: all others are compared with it.
  },
  async '128 streams of chunks'() {
    forEver(128, (index) => streamOf(clientFor(index), false))
  },
  async '100 CheckFileIntegrity of 256 MiB'() {
    const fileId = await upload(clientFor(0), ['big'], randomBytes(256 * MIB))
    forEver(100, (index) => asked((done) => clientFor(index).checkFileIntegrity({ fileId }, done)))
  },
  async '256 streams of damaged chunks'() {
    forEver(256, (index) => streamOf(clientFor(index), true))
  },
  async 'PutFiles of small files'() {
    forEver(8, async (index) => {
      const call = clientFor(index).putFiles()
      call.on('data', () => call.write(smallFile()))
      for (let file = 0; file < 64; file++) call.write(smallFile())
      await new Promise((resolve) => call.on('error', resolve).on('end', resolve))
    })
  },
  async 'CheckPaths of 1000 paths'() {
    const paths = Array.from({ length: 1000 }, (_, index) => ({ path: [`f${index}`, `name ${index}.bin`], size: 1 }))
    forEver(32, (index) => asked((done) => clientFor(index).checkPaths({ paths }, done)))
  },
  async 'ListUploads of 1000 uploads'() {
    for (let index = 0; index < 1000; index++) await begin(clientFor(0), [`open ${index}`], 1).catch(whatever)
    forEver(64, async (index) => {
      for await (const _upload of clientFor(index).listUploads({}));
    })
  },
  async 'SKIP_SAME begins with 256 MiB'() {
    await upload(clientFor(0), ['same'], randomBytes(256 * MIB))
    const other = { onConflict: 'SKIP_SAME', sha256: 'a'.repeat(64) }
    forEver(100, async (index) => {
      const { fileId } = await begin(clientFor(index), ['same'], 256 * MIB, other)
      await asked((done) => clientFor(index).abortUpload({ fileId }, done))
    })
  },
  async 'begins that are cancelled'() {
    forEver(128, async (index) => {
      const { fileId } = await begin(clientFor(index), [newKey()], MIB)
      await asked((done) => clientFor(index).abortUpload({ fileId }, done))
    })
  },
  async 'strangers: connections, handshakes, refused calls'() {
    const { port } = access
    forEver(16, async () => {
      const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: ['h2'] })
      await new Promise((resolve) =>
        socket.once('secureConnect', resolve).once('error', resolve).once('close', resolve),
      )
      socket.destroy()
    })
    forEver(64, (index) => asked((done) => clientFor(index).beginUpload({ uploadKey: newKey() }, done)))
  },
}

await attacks[attack]?.()
console.log('ready')
