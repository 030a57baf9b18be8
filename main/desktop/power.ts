import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { powerMonitor, powerSaveBlocker } from 'electron'
import type { Engine } from '../engine/engine.ts'

/** Keeps the computer from falling asleep by itself while `on`; the screen may go dark. */
export function createStayAwake(): (on: boolean) => void {
  let blocker: number | undefined
  return (on) => {
    if (on === (blocker !== undefined)) return
    if (blocker === undefined) blocker = powerSaveBlocker.start('prevent-app-suspension')
    else {
      powerSaveBlocker.stop(blocker)
      blocker = undefined
    }
  }
}

type SleepCommand = readonly [program: string, ...args: readonly string[]]

/** Electron cannot put a computer to sleep, so the system's own program is asked. */
const sleepCommands: Readonly<Partial<Record<NodeJS.Platform, SleepCommand>>> = {
  linux: ['systemctl', 'suspend'],
  darwin: ['pmset', 'sleepnow'],
  win32: [
    'powershell.exe',
    '-NoProfile',
    '-Command',
    "Add-Type -AssemblyName System.Windows.Forms; [void][System.Windows.Forms.Application]::SetSuspendState('Suspend', $false, $false)",
  ],
}

export function canSleep(platform: NodeJS.Platform): boolean {
  return sleepCommands[platform] !== undefined
}

/** Puts the computer to sleep. Rejects with what the system's program said. */
export async function putToSleep(platform: NodeJS.Platform): Promise<void> {
  const [program, ...args] = sleepCommands[platform] ?? []
  if (program === undefined) throw new Error(`there is no known way on ${platform}.`)
  await promisify(execFile)(program, args)
}

export type SleepDeps = {
  readonly engine: Pick<Engine, 'sleep' | 'wake'>
  readonly savedUploads: { flush(): void }
  readonly discovery: { lookAgain(): void }
}

/** Rests while the computer sleeps, and goes on as soon as it wakes up. */
export function heedSleep({ engine, savedUploads, discovery }: SleepDeps): void {
  powerMonitor.on('suspend', () => {
    engine.sleep()
    // The computer does not wait, and may run out of battery before it wakes up.
    savedUploads.flush()
  })
  powerMonitor.on('resume', () => {
    engine.wake()
    discovery.lookAgain()
  })
}
