import { join } from 'node:path'
import { utilityProcess } from 'electron'
import type { ReceiverChild } from './receiver-run.ts'

/** The receiver program that is built and shipped beside this bundle. */
const RECEIVER_PROGRAM = join(import.meta.dirname, '../receiver/index.js')

/** Runs the bundled receiver in a process of its own, which ends with the app. */
export function forkReceiver(args: readonly string[]): ReceiverChild {
  return utilityProcess.fork(RECEIVER_PROGRAM, [...args], { stdio: 'pipe', serviceName: 'Longshore receiver' })
}
