/**
 * What one device waits for while another one, or strangers, do their worst: how long a paired device needs for 16 MiB,
 * quiet and beside each attack. `npm run build && npx tsx bench/worst-neighbour.ts [part of an attack's name]`.
 * Attackers are processes of their own, with the lowest priority for the processor (nice 19): they would be other
 * machines, and what is measured is what the receiver does for them.
 */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { killAll, start } from './run/child.ts'
import { type Access, connectAs, upload } from './run/neighbour.ts'
import { longshore, startReceiver } from './run/receiver.ts'

const ROUNDS = 7
const ATTACKS = [
  'nothing',
  '128 streams of chunks',
  '100 CheckFileIntegrity of 256 MiB',
  '256 streams of damaged chunks',
  'PutFiles of small files',
  'CheckPaths of 1000 paths',
  'ListUploads of 1000 uploads',
  'SKIP_SAME begins with 256 MiB',
  'begins that are cancelled',
  'strangers: connections, handshakes, refused calls',
] as const

const data = randomBytes(16 * 1024 ** 2)

async function startKnown(directory: string) {
  const { child, port } = await startReceiver(directory, { access: 'pairing' })
  const identity = readFileSync(join(directory, '.longshore/identity/identity.pem'), 'utf8')
  return { child, port, certificatePem: identity.slice(identity.indexOf('-----BEGIN CERTIFICATE')) }
}

async function tokenFor(directory: string, name: string): Promise<string> {
  const command = longshore('token', 'create', '--dir', directory, '--name', name, '--folder', name)
  return start(command).line((line) => line.trim() || undefined)
}

/** The median, and the slowest, of several uploads, ms. */
async function measure(access: Access): Promise<{ readonly median: number; readonly slowest: number }> {
  const client = connectAs(access)
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const beganMs = performance.now()
    await upload(client, [`${Math.random()}`], data)
    times.push(performance.now() - beganMs)
  }
  client.close()
  times.sort((one, other) => one - other)
  return { median: times[Math.floor(ROUNDS / 2)] ?? 0, slowest: times.at(-1) ?? 0 }
}

async function beside(attack: string): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'longshore-neighbour-'))
  const { child, ...receiver } = await startKnown(directory)
  try {
    const honest = { ...receiver, token: await tokenFor(directory, 'honest') }
    const isStranger = attack.startsWith('strangers')
    const access = isStranger ? receiver : { ...receiver, token: await tokenFor(directory, 'neighbour') }
    await measure(honest)
    const quiet = await measure(honest)
    const program = join(import.meta.dirname, 'programs/neighbour.ts')
    const args = ['-n', '19', process.execPath, '--import', 'tsx', program, attack, JSON.stringify(access)]
    const attacker = start({ program: 'nice', args })
    await attacker.line((line) => line === 'ready' || undefined)
    await delay(1000)
    const under = await measure(honest)
    attacker.done.catch(() => 'it is ended')
    await attacker.stop('SIGKILL')
    const times = [quiet.median, under.median, under.slowest].map((ms) => ms.toFixed(0))
    return `| ${attack} | ${times.join(' | ')} | ${(under.median / quiet.median).toFixed(1)} |`
  } finally {
    await child.stop().catch(() => 'it had ended')
    rmSync(directory, { recursive: true, force: true })
  }
}

process.once('exit', killAll)
console.log('| beside | quiet, ms | beside it, ms | slowest, ms | times |\n| --- | ---: | ---: | ---: | ---: |')
for (const attack of ATTACKS) if (attack.includes(process.argv[2] ?? '')) console.log(await beside(attack))
process.exit()
