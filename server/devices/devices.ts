import { stat } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { hasCode } from '../base/errors.ts'
import { toldOnce } from '../base/told-once.ts'
import type { OnUnexpected } from '../base/unexpected.ts'
import { type Device, devicesFolderOf, readDevices } from './device.ts'

/** How often changes by other processes are looked for, ms. */
const LOOK_EVERY_MS = 500
/** A folder that changed so recently may change again within one tick of its clock, ms. */
const RECENT_MS = 3000
/**
 * How often a device whose file was not believed is looked at again, ms: its file changes without its folder when
 * somebody makes it readable.
 */
const DOUBT_EVERY_MS = 5000

/** A call of a device that is open: the device as it was when the call began, and the way to end the call. */
type OpenCall = { readonly device: Device; readonly cut: () => void }

/**
 * The devices of a running receiver. Other processes add and revoke devices by adding and deleting files, which this
 * notices within about a second; the calls of a device that is gone or whose time is over are cut then.
 */
export class Devices {
  readonly #stateDirectory: string
  readonly #now: () => number
  /** Everything once, because it is found again with each look. */
  readonly #tell: OnUnexpected
  readonly #timer: NodeJS.Timeout
  readonly #calls = new Set<OpenCall>()
  #devices: ReadonlyMap<string, Device> = new Map()
  #changedAtMs: number | undefined
  /**
   * When the devices were read of which some are refused for what their files are, ms; undefined when all are sound.
   */
  #doubtedAtMs: number | undefined
  #looking: Promise<void> | undefined
  /** The next look for those whom nobody knows, while it has not begun. */
  #strangers: Promise<void> | undefined
  #strangersLookedAtMs = Number.NEGATIVE_INFINITY
  readonly #closing = new AbortController()
  #closed = false

  private constructor(stateDirectory: string, now: () => number, onUnexpected: OnUnexpected) {
    this.#stateDirectory = stateDirectory
    this.#now = now
    this.#tell = toldOnce(onUnexpected)
    this.#timer = setInterval(() => void this.look(), LOOK_EVERY_MS).unref()
  }

  /** @param now milliseconds since 1970. */
  static async open(stateDirectory: string, now: () => number, onUnexpected: OnUnexpected): Promise<Devices> {
    const devices = new Devices(stateDirectory, now, onUnexpected)
    await devices.look()
    return devices
  }

  /** All of them; another map whenever one may have changed. */
  get all(): ReadonlyMap<string, Device> {
    return this.#devices
  }

  find(id: string): Device | undefined {
    return this.#devices.get(id)
  }

  isExpired({ expiresAtMs }: Device): boolean {
    return expiresAtMs !== undefined && expiresAtMs <= this.#now()
  }

  /** True when the device is still the one it was when its call began, and its time, as it is now, is not over. */
  isValid({ id, tokenDigest }: Device): boolean {
    const now = this.find(id)
    return now?.tokenDigest === tokenDigest && !this.isExpired(now)
  }

  /**
   * Tells that a device has a call open. `cut` is called when the device may not go on. Answers the way to say that the
   * call has ended.
   */
  enter(device: Device, cut: () => void): () => void {
    const call = { device, cut }
    this.#calls.add(call)
    return () => this.#calls.delete(call)
  }

  /** Looks for changes now; whoever asks while it runs waits for the same look. Never rejects. */
  look(): Promise<void> {
    this.#looking ??= this.#lookOnce()
      // The devices that are known stay valid until the folder can be read again.
      .catch(this.#tell)
      .finally(() => {
        this.#looking = undefined
      })
    return this.#looking
  }

  /** Looks for a change that was made before this was called. Never rejects. */
  async lookAgain(): Promise<void> {
    // A look that is under way may have been there before the change.
    await this.#looking
    await this.look()
  }

  /**
   * Looks for a change that was made before this was called, at most once in {@link LOOK_EVERY_MS} for all callers
   * together: unknown tokens must not keep the disk busy. Never rejects.
   */
  lookForStrangers(): Promise<void> {
    this.#strangers ??= this.#strangersDue().then(async () => {
      // A caller from now on may know of a change that this look misses.
      this.#strangers = undefined
      this.#strangersLookedAtMs = performance.now()
      if (!this.#closed) await this.lookAgain()
    })
    return this.#strangers
  }

  /** Stops, and waits for a look that is under way. */
  async close(): Promise<void> {
    this.#closed = true
    this.#closing.abort()
    clearInterval(this.#timer)
    await this.#looking
  }

  async #strangersDue(): Promise<void> {
    const waitMs = this.#strangersLookedAtMs + LOOK_EVERY_MS - performance.now()
    if (waitMs <= 0) return
    await delay(waitMs, undefined, { ref: false, signal: this.#closing.signal }).catch(() => 'the receiver is closing')
  }

  async #lookOnce(): Promise<void> {
    const changedAtMs = await this.#folderChangedAtMs()
    const isRecent = changedAtMs !== undefined && Math.abs(Date.now() - changedAtMs) < RECENT_MS
    const isDoubted = this.#doubtedAtMs !== undefined && performance.now() - this.#doubtedAtMs > DOUBT_EVERY_MS
    if (isRecent || isDoubted || changedAtMs !== this.#changedAtMs) {
      let doubtedAtMs: number | undefined
      const devices = await readDevices(this.#stateDirectory, (error) => {
        doubtedAtMs = performance.now()
        this.#tell(error)
      })
      this.#doubtedAtMs = doubtedAtMs
      this.#devices = new Map(devices.map((device) => [device.id, device]))
      this.#changedAtMs = changedAtMs
    }
    if (this.#closed) return
    // A device that got a new token since may not go on with calls of the old token either.
    for (const { device, cut } of [...this.#calls]) if (!this.isValid(device)) cut()
  }

  /** Every change of a device adds or deletes a name in the folder. */
  async #folderChangedAtMs(): Promise<number | undefined> {
    try {
      return (await stat(devicesFolderOf(this.#stateDirectory))).mtimeMs
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return undefined
      throw error
    }
  }
}
