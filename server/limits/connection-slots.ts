import type { Socket } from 'node:net'
import { networkOf } from '../base/network-of.ts'
import type { ReceiverLimits } from './limits.ts'

/** Of all connections, the part that strangers may have. */
const STRANGERS_PART = 3 / 4

type Slot = { readonly network: string; isStranger: boolean }

/**
 * Which connections a receiver has. Where callers are asked who they are, a new connection finds room as long as there
 * are connections of strangers: the oldest one of the network that has the most of them is closed. So a crowd of
 * strangers keeps no device out, and a connection of a device is never closed to make room.
 */
export class ConnectionSlots {
  readonly #limits: Pick<ReceiverLimits, 'maxConnections' | 'maxConnectionsPerAddress'>
  readonly #asksWho: boolean
  /** In the order in which they came. */
  readonly #slots = new Map<Socket, Slot>()
  readonly #countOf = new Map<string, number>()
  readonly #strangersOf = new Map<string, number>()
  #strangers = 0

  /** @param asksWho whether callers are asked who they are */
  constructor(limits: Pick<ReceiverLimits, 'maxConnections' | 'maxConnectionsPerAddress'>, asksWho: boolean) {
    this.#limits = limits
    this.#asksWho = asksWho
  }

  /** The connections that are there. */
  get sockets(): Iterable<Socket> {
    return this.#slots.keys()
  }

  /** Gives a connection a slot, if need be that of another one, which is closed. False when there is none. */
  enter(socket: Socket): boolean {
    const network = networkOf(socket.remoteAddress ?? '')
    const { maxConnections, maxConnectionsPerAddress } = this.#limits
    if ((this.#countOf.get(network) ?? 0) >= maxConnectionsPerAddress && !this.#makeRoom(network)) return false
    const isCrowded = this.#asksWho && this.#strangers >= Math.max(1, Math.floor(maxConnections * STRANGERS_PART))
    if (isCrowded) this.#makeRoom(this.#mostCrowded())
    if (this.#slots.size >= maxConnections && !this.#makeRoom(this.#mostCrowded())) return false
    this.#slots.set(socket, { network, isStranger: true })
    count(this.#countOf, network, 1)
    this.#countStranger(network, 1)
    return true
  }

  /** The caller on this connection has said who it is. */
  know(socket: Socket): void {
    const slot = this.#slots.get(socket)
    if (!slot?.isStranger) return
    slot.isStranger = false
    this.#countStranger(slot.network, -1)
  }

  /** A connection is gone. */
  leave(socket: Socket): void {
    const slot = this.#slots.get(socket)
    if (slot === undefined) return
    this.#slots.delete(socket)
    count(this.#countOf, slot.network, -1)
    if (slot.isStranger) this.#countStranger(slot.network, -1)
  }

  #countStranger(network: string, more: number): void {
    this.#strangers += more
    count(this.#strangersOf, network, more)
  }

  #mostCrowded(): string {
    let most = ['', 0] as readonly [network: string, strangers: number]
    for (const one of this.#strangersOf) if (one[1] > most[1]) most = one
    return most[0]
  }

  #makeRoom(network: string): boolean {
    if (!this.#asksWho || !this.#strangersOf.has(network)) return false
    for (const [socket, slot] of this.#slots) {
      if (!slot.isStranger || slot.network !== network) continue
      this.leave(socket)
      socket.resetAndDestroy()
      return true
    }
    return false
  }
}

function count(counts: Map<string, number>, network: string, more: number): void {
  const now = (counts.get(network) ?? 0) + more
  if (now === 0) counts.delete(network)
  else counts.set(network, now)
}
