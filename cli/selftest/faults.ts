import { oneOf, type Random, wholeBetween } from './random.ts'

/** What is made to go wrong. */
export type FaultKind = 'cut' | 'stall' | 'flip' | 'kill'

export type Fault = {
  readonly kind: FaultKind
  /**
   * The fault happens after this many bytes have gone to the receiver. Chance chooses the number, so that it does not
   * matter how fast the machine is.
   */
  readonly atByte: number
  /** How long a stall lasts, or how long after `atByte` the receiver is killed, ms. */
  readonly ms: number
}

const kinds: readonly [FaultKind, ...FaultKind[]] = ['cut', 'stall', 'flip', 'kill']
/** Besides one of each kind. */
const MORE_FAULTS = 3
/** The last bytes may carry no content in which a bit could be flipped. */
const SHARE_WITH_FAULTS = 0.9
const MAX_STALL_MS = 1500
/**
 * Within this time after a chunk, a receiver writes, records, verifies, publishes or is idle, ms: kills hit all of
 * these moments.
 */
const MAX_KILL_DELAY_MS = 100

/** Faults for sending `totalBytes`, in the order in which they come. */
export function planFaults(totalBytes: number, random: Random): readonly Fault[] {
  const chosen = [...kinds, ...Array.from({ length: MORE_FAULTS }, () => oneOf(random, kinds))]
  return chosen
    .map((kind) => {
      const atByte = Math.floor(random() * totalBytes * SHARE_WITH_FAULTS)
      return { kind, atByte, ms: wholeBetween(random, 0, kind === 'kill' ? MAX_KILL_DELAY_MS : MAX_STALL_MS) }
    })
    .sort((a, b) => a.atByte - b.atByte)
}

/** Lets faults happen as the bytes go by. */
export type Script = {
  /** So many more bytes went to the receiver. */
  advance(bytes: number): void
  /** Nothing happens any more. */
  stop(): void
}

/** `act` is called when it is a fault's turn. */
export function createScript(faults: readonly Fault[], act: (fault: Fault) => void): Script {
  const ahead = [...faults]
  const timers = new Set<NodeJS.Timeout>()
  let passedBytes = 0
  return {
    advance(bytes) {
      passedBytes += bytes
      while (ahead[0] !== undefined && ahead[0].atByte <= passedBytes) {
        const fault = ahead.shift() as Fault
        if (fault.kind === 'kill') timers.add(setTimeout(act, fault.ms, fault))
        else act(fault)
      }
    },
    stop() {
      ahead.splice(0)
      for (const timer of timers) clearTimeout(timer)
    },
  }
}

/** What happened, for people: “2 kills, 1 cut”. */
export function inWords(happened: readonly FaultKind[]): string {
  const words = { kill: 'kill', cut: 'cut', stall: 'stall', flip: 'flipped bit' } as const
  const counted = (['kill', 'cut', 'stall', 'flip'] as const).map((kind) => {
    const count = happened.filter((each) => each === kind).length
    return `${count} ${words[kind]}${count === 1 ? '' : 's'}`
  })
  return counted.join(', ')
}
