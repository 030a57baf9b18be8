import { onTestFinished } from 'vitest'
import type { PrintingProcess } from './printing-process.ts'

/** Kills a program after the test when it still runs, and waits for its end. */
export function killedWithTest<Running extends PrintingProcess>(running: Running): Running {
  onTestFinished(async () => {
    running.child.kill('SIGKILL')
    await running.ended
  })
  return running
}
