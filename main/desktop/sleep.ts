import { powerMonitor } from 'electron'
import type { Engine } from '../engine/engine.ts'

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
