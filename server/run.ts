import { logVerbosity, setLogVerbosity } from '@grpc/grpc-js'
import type { Command } from 'commander'
import type { ReceiverLine } from '../proto/own-receiver.ts'
import { hasCode, ReceiveError } from './base/errors.ts'
import { isLoopback } from './base/loopback.ts'
import { toldOnce } from './base/told-once.ts'
import { commandSource, takeCommands } from './commands-in.ts'
import { readDevices } from './devices/device.ts'
import { type Hooks, startHooks } from './hooks.ts'
import type { Log } from './log.ts'
import { type Receiver, startReceiver } from './receiver.ts'
import { jsonReport, sentences } from './report.ts'
import { locationOf } from './settings/location.ts'
import type { ReceiveFlags } from './settings/receive-flags.ts'
import { readSettings, type Settings } from './settings/settings.ts'
import { toStatusAddress } from './status/status-address.ts'
import type { StatusServer } from './status/status-server.ts'
import { watch } from './status/watched.ts'
import { fewOfEach } from './trouble.ts'

/** A receiver that cannot start as it was asked to exits with this. */
const WRONG_USE = 2

/** Runs what the command asks for until it is told to stop; resolves with the exit status. */
export async function runReceiver(command: Command): Promise<number> {
  // What goes wrong is said once, in our own words.
  setLogVerbosity(logVerbosity.NONE)
  const stopped = stopSignal()
  const starting = new AbortController()
  void stopped.then(() => starting.abort())
  process.stdout.on('error', ignoreClosedPipe)
  let started: Started
  try {
    started = await start(await readSettings(command), starting.signal)
  } catch (error) {
    if (!(error instanceof ReceiveError) || error.code === 'INTERNAL') throw error
    if (starting.signal.aborted) return 0
    process.stderr.write(`${error.message}\n`)
    return WRONG_USE
  }
  const { flags, config, receiver, hooks, status, log } = started
  for (const warning of warningsFor(receiver, flags)) process.stderr.write(`Warning: ${warning}\n`)
  const report = flags.json ? jsonReport(process.stdout) : sentences(process.stdout, locationOf(config, ''))
  await report.listening(receiver, {
    showQr: flags.qr ?? process.stdout.isTTY,
    statusPort: status?.port,
  })
  receiver.onStored(report.stored)
  receiver.onStored(hooks.stored)
  if (log) receiver.onStored(log.stored)
  const { host, port, name, stateDirectory } = receiver
  log?.info('the receiver listens', { host, port, name, stateDirectory, into: locationOf(config, ''), ...version() })
  const source = flags.json ? commandSource() : undefined
  const stopCommands =
    source &&
    takeCommands({
      source,
      stateDirectory: receiver.stateDirectory,
      onDevicesChanged: receiver.lookAtDevices,
      incoming: receiver.incoming,
      ...commandAnswers,
    })
  const readAgain = async () => void process.stderr.write(`${await takeNewLimits(command, receiver)}\n`)
  // Without a file there is nothing to read again, and a terminal that is closed ends what runs in it, as ever.
  if (flags.config !== undefined) process.on('SIGHUP', readAgain)
  await stopped
  log?.info('the receiver ends')
  process.off('SIGHUP', readAgain)
  stopCommands?.()
  status?.drain()
  await receiver.close()
  await hooks.close()
  await status?.close()
  log?.flush()
  log?.info('the receiver has ended')
  return 0
}

type Started = Settings & {
  readonly log: Log | undefined
  readonly receiver: Receiver
  readonly hooks: Hooks
  readonly status: StatusServer | undefined
}

/** Throws ReceiveError, with one sentence, for whatever cannot start; then nothing is left running. */
async function start(settings: Settings, signal: AbortSignal): Promise<Started> {
  const { flags, config } = settings
  const statusAt = toStatusAddress(flags)
  const log = flags.log === undefined ? undefined : await openLogAt(flags.log)
  const onTrouble = log?.trouble ?? fewOfEach(warn)
  const locate = (name: string) => locationOf(config, name)
  const hooks = startHooks({ ...flags, command: flags.onStored }, locate, onTrouble)
  const onCall = log && { onCall: log.call }
  const receiver = await startReceiver({ ...config, ...version(), signal, onUnexpected: onTrouble, ...onCall })
  if (statusAt === undefined) return { ...settings, log, receiver, hooks, status: undefined }
  const onDamage = toldOnce(onTrouble)
  const devicesOf = async () => {
    const devices = await readDevices(receiver.stateDirectory, onDamage)
    return new Map(devices.map(({ id, name }) => [id, name]))
  }
  try {
    const watched = watch(receiver, version().version ?? '', devicesOf)
    const { maxStatusConnections } = receiver.limits
    const { startStatusServer } = await import('./status/status-server.ts')
    const status = await startStatusServer(statusAt, watched, maxStatusConnections, onTrouble)
    return { ...settings, log, receiver, hooks, status }
  } catch (error) {
    await receiver.close()
    throw error
  }
}

async function openLogAt(level: string): Promise<Log> {
  const { openLog, toLogLevel } = await import('./log.ts')
  return openLog(toLogLevel(level))
}

/**
 * Reads the settings once more and takes what can change while the receiver runs. Answers a sentence about what came of
 * it.
 */
async function takeNewLimits(command: Command, receiver: Receiver): Promise<string> {
  try {
    receiver.setLimits((await readSettings(command)).config.limits ?? {})
    return 'The settings were read again, and the limits are taken from them; everything else needs a new start.'
  } catch (error) {
    if (!(error instanceof ReceiveError)) throw error
    return `The settings were read again, and nothing of them is taken: ${error.message}`
  }
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error))
}

const commandAnswers = {
  line: (said: ReceiverLine) => void process.stdout.write(`${JSON.stringify(said)}\n`),
  onTrouble: warn,
}

/** What somebody who runs a receiver like this ought to know. */
function warningsFor({ host, port }: Receiver, { plaintext, auth, statusHost }: ReceiveFlags): string[] {
  const warnings: string[] = []
  const isRemote = !isLoopback(host)
  if (plaintext && auth)
    warnings.push('without encryption nobody can pair; devices need a token, and a proxy in front that encrypts.')
  if (plaintext && isRemote) warnings.push('whoever is on the way sees and can change what is sent: no encryption.')
  if (!auth && isRemote) warnings.push(`whoever reaches ${host}:${port} can send files here.`)
  if (statusHost !== undefined && !isLoopback(statusHost))
    warnings.push('whoever is on the way to the status page sees its token: no encryption.')
  if (isRemote && process.getuid?.() === 0)
    warnings.push('the receiver runs as root; a user of its own would be safer.')
  return warnings
}

/** Resolves at the first of the signals that ask a process to end; a second one does not hurry it. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    process.on('SIGTERM', resolve)
    process.on('SIGINT', resolve)
  })
}

/** Whoever started this may stop reading what it says; that is no reason to drop uploads. */
function ignoreClosedPipe(error: Error): void {
  if (!hasCode(error, 'EPIPE')) throw error
}

/** The build puts the version in; the sources run without one. */
function version(): { version?: string } {
  return import.meta.env === undefined ? {} : { version: import.meta.env.LONGSHORE_VERSION }
}
