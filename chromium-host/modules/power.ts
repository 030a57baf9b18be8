import type * as Electron from 'electron'
import { record } from '../program/calls.ts'
import { strict, strictEmitter } from '../program/unimplemented.ts'

type Implemented = Pick<
  Electron.PowerMonitor,
  'getSystemIdleState' | 'getSystemIdleTime' | 'isOnBatteryPower' | 'onBatteryPower'
>

class PowerMonitor extends strictEmitter('powerMonitor') implements Implemented {
  readonly onBatteryPower = false
  getSystemIdleState(): 'active' {
    return 'active'
  }
  getSystemIdleTime(): number {
    return 0
  }
  isOnBatteryPower(): boolean {
    return this.onBatteryPower
  }
}

/** `electron.powerMonitor`: says nothing by itself; tests emit `suspend` and `resume`. */
export const powerMonitor = new PowerMonitor()

let lastId = 0
const blockers = new Set<number>()

/** `electron.powerSaveBlocker`: recorded; the computer may fall asleep all the same. */
export const powerSaveBlocker = strict('powerSaveBlocker', {
  start(type) {
    const id = ++lastId
    blockers.add(id)
    record('powerSaveBlocker.start', type, id)
    return id
  },
  stop(id) {
    record('powerSaveBlocker.stop', id)
    return blockers.delete(id)
  },
  isStarted: (id) => blockers.has(id),
} satisfies Electron.PowerSaveBlocker)
