import type { KnownDevice } from '../devices/known-device.ts'
import { keysOf, TOP_KEY } from './quota-item.ts'

/** How much a folder may hold. */
export type Limit = { readonly folder: readonly string[]; readonly bytes: number }

/** The devices of a receiver; another map whenever one of them may have changed. */
export type KnownDevices = ReadonlyMap<string, KnownDevice>

/**
 * Devices that are remembered because they called, where nobody knows them beforehand; the one that called longest ago
 * is forgotten first.
 */
const MOST_CALLERS = 10_000

/**
 * Which folders have a quota. A quota is about the folder, whoever stores there: where several devices have one on the
 * same folder, the smallest counts for all. It counts until its device is revoked.
 */
export class QuotaLimits {
  readonly #devices: () => KnownDevices
  readonly #callers = new Map<string, KnownDevice>()
  #seen: KnownDevices | undefined
  #limits: ReadonlyMap<string, Limit> = new Map()

  constructor(devices: () => KnownDevices) {
    this.#devices = devices
  }

  /** A device calls. Only one that is not among the known ones is remembered. */
  called(device: KnownDevice): void {
    if (this.#devices().has(device.id)) return
    const before = this.#callers.get(device.id)
    this.#callers.delete(device.id)
    if (device.quotaBytes !== undefined) this.#callers.set(device.id, device)
    const [oldest] = this.#callers.keys()
    if (this.#callers.size > MOST_CALLERS && oldest !== undefined) this.#callers.delete(oldest)
    const isSame = before?.quotaBytes === device.quotaBytes && before?.folder?.join('/') === device.folder?.join('/')
    if (!isSame) this.#seen = undefined
  }

  /** By the key of each folder; another map whenever something changed. */
  now(): ReadonlyMap<string, Limit> {
    const devices = this.#devices()
    if (devices === this.#seen) return this.#limits
    this.#seen = devices
    const limits = new Map<string, Limit>()
    for (const { folder = [], quotaBytes } of [...devices.values(), ...this.#callers.values()]) {
      const key = keysOf(folder).at(-1) ?? TOP_KEY
      if (quotaBytes === undefined || quotaBytes >= (limits.get(key)?.bytes ?? Number.POSITIVE_INFINITY)) continue
      limits.set(key, { folder, bytes: quotaBytes })
    }
    this.#limits = limits
    return limits
  }
}
