import { setTimeout as delay } from 'node:timers/promises'
import { ReceiveError } from '../base/errors.ts'
import { printable } from '../base/printable.ts'
import type { OnUnexpected } from '../base/unexpected.ts'
import type { Occupant, Stage } from './occupant.ts'
import type { Found, Place } from './place.ts'

/**
 * A place that does not answer delays the end of a receiver by this at most, ms. The next receiver finds out that
 * nobody is there.
 */
const LEAVE_WITHIN_MS = 2_000

/**
 * The stay of a receiver in a place. It reports again and again that it lives (a beat), and trusts that it has the
 * place for a time after each beat. When it was held up for longer, as by a sleeping machine, it looks for its record
 * first: a receiver that took the place over has removed it.
 */
export class Occupancy {
  readonly place: Place
  readonly #onUnexpected: OnUnexpected
  readonly #onBeat: () => void
  readonly #listeners: ((error: ReceiveError) => void)[] = []
  readonly #timer: NodeJS.Timeout
  #self: Occupant
  #trustedFrom: Moment | undefined
  #beating: Promise<void> | undefined
  #lost: ReceiveError | undefined
  #isTold = false

  private constructor(place: Place, self: Occupant, onUnexpected: OnUnexpected, onBeat: () => void) {
    this.place = place
    this.#self = self
    this.#onUnexpected = onUnexpected
    this.#onBeat = onBeat
    this.#timer = setInterval(() => void this.beat(), place.times.beatMs).unref()
  }

  /**
   * Writes the first record. Throws what the place throws.
   *
   * @param onBeat called at each beat.
   */
  static async begin(
    place: Place,
    self: Occupant,
    onUnexpected: OnUnexpected,
    onBeat: () => void = () => undefined,
  ): Promise<Occupancy> {
    await place.publish(self)
    return new Occupancy(place, self, onUnexpected, onBeat)
  }

  get self(): Occupant {
    return this.#self
  }

  /**
   * Reports the next stage. Answers false, and stays at the stage before, when too much time has passed since the look
   * that led to it, or the record could not be written.
   */
  async advance(stage: Stage, foundOut: Moment): Promise<boolean> {
    await this.#beating
    const advancing = this.#advance(stage, foundOut)
    this.#beating = advancing.then(
      () => undefined,
      () => undefined,
    )
    try {
      return await advancing
    } finally {
      this.#beating = undefined
    }
  }

  async #advance(stage: Stage, foundOut: Moment): Promise<boolean> {
    const before = this.#self
    this.#self = { ...before, stage, beat: before.beat + 1 }
    if ((await this.place.renew(this.#self)) && elapsedMs(foundOut) < this.place.times.trustMs) {
      if (stage === 'holding') this.#trustedFrom = foundOut
      return true
    }
    this.#self = { ...before, beat: before.beat + 2 }
    if (!(await this.place.renew(this.#self))) await this.place.publish(this.#self)
    return false
  }

  /**
   * @throws ReceiveError STATE_UNREACHABLE when it does not have the place any more, or does not know whether it has;
   * STORAGE_NOT_WRITABLE when the place cannot be reached.
   */
  mustHold(): void {
    if (this.#lost) throw this.#lost
    if (this.#isTrusted()) return
    const isThere = this.place.hasNow(this.#self.run)
    if (isThere === undefined)
      throw new ReceiveError(
        'STATE_UNREACHABLE',
        'The receiver cannot make sure that what it stores in is still its own.',
      )
    if (!isThere) throw this.#lose()
  }

  /** False when nothing may be stored. */
  isHeld(): boolean {
    try {
      this.mustHold()
      return true
    } catch (error) {
      if (error instanceof Error) return false
      throw error
    }
  }

  /** Calls back when another receiver has taken the place, with what to tell the senders. */
  onLost(listener: (error: ReceiveError) => void): void {
    this.#listeners.push(listener)
  }

  /** A beat: reports that it lives, and looks whether it still has the place where that is in doubt. Never rejects. */
  beat(): Promise<void> {
    this.#beating ??= this.#beat().finally(() => {
      this.#beating = undefined
    })
    return this.#beating
  }

  /** Never rejects, and does not wait for long. */
  async leave(): Promise<void> {
    clearInterval(this.#timer)
    const leaving = async () => {
      await this.#beating
      await this.place.remove(this.#self.run)
    }
    const ignored = () => 'whoever comes next finds out that nobody is there'
    await Promise.race([leaving().catch(ignored), delay(LEAVE_WITHIN_MS, undefined, { ref: false })])
    await this.place.close()
  }

  async #beat(): Promise<void> {
    if (this.#lost) return
    this.#onBeat()
    const begun = now()
    try {
      if (this.#self.stage !== 'holding') await ((await this.#renewed()) || this.place.publish(this.#self))
      else if (this.#isTrusted()) await this.#sayAgain(begun)
      else await this.#makeSure(begun)
    } catch (error) {
      // A place that does not answer for a moment harms nobody.
      if (this.#self.stage === 'holding' && !this.#isTrusted() && !this.#isTold) {
        this.#isTold = true
        this.#onUnexpected(error)
      }
    }
  }

  async #sayAgain(begun: Moment): Promise<void> {
    const isSaid = await this.#renewed()
    // The beat came so late that others may have taken this receiver for dead.
    if (!this.#isTrusted()) return this.#makeSure(now())
    if (!isSaid) {
      // Its record was removed, and another receiver may have entered since.
      await this.place.publish(this.#self)
      if ((await this.#look()) === 'taken') return
    }
    if (this.#isTrusted()) this.#trustedFrom = begun
  }

  async #makeSure(begun: Moment): Promise<void> {
    const seen = await this.#look()
    if (seen === 'taken') return
    if (!(await this.#renewed())) return void this.#lose()
    // A receiver that watches this record sees that it lives, and gives up.
    if (seen === 'alone' && elapsedMs(begun) < this.place.times.trustMs) {
      this.#trustedFrom = begun
      this.#isTold = false
    }
  }

  #renewed(): Promise<boolean> {
    this.#self = { ...this.#self, beat: this.#self.beat + 1 }
    return this.place.renew(this.#self)
  }

  async #look(): Promise<'alone' | 'watched' | 'taken'> {
    const found = await this.place.list()
    const others = strangersIn(found, this.#self)
    const holder = others.find(({ stage }) => stage === 'holding')
    if (!found.has(this.#self.run) || holder !== undefined) {
      this.#lose(holder)
      return 'taken'
    }
    return others.length === 0 ? 'alone' : 'watched'
  }

  #isTrusted(): boolean {
    return this.#trustedFrom !== undefined && elapsedMs(this.#trustedFrom) < this.place.times.trustMs
  }

  #lose(by?: Occupant): ReceiveError {
    if (this.#lost) return this.#lost
    clearInterval(this.#timer)
    const who =
      by === undefined
        ? 'another receiver took'
        : `a receiver on the machine ${printable(by.host)} (process ${by.pid}) took`
    this.#onUnexpected(
      new Error(
        `This receiver was held up for so long that ${who} ${this.place.shown} over; it stores nothing more, and has to be started again once that one has ended.`,
      ),
    )
    this.#lost = new ReceiveError(
      'STATE_UNREACHABLE',
      'This receiver was held up, and another one has taken its place; it stores nothing until it is started again.',
    )
    for (const listener of this.#listeners) listener(this.#lost)
    // A late beat may write the record again; that must not keep anybody out.
    void this.place.remove(this.#self.run).catch(() => 'whoever comes next finds out that nobody is there')
    return this.#lost
  }
}

/** The occupants of other parties whose records can be read. */
function strangersIn(found: ReadonlyMap<string, Found>, { run, party }: Occupant): readonly Occupant[] {
  return [...found.values()].flatMap(({ occupant, isCopied }) =>
    occupant === undefined || isCopied || occupant.run === run || occupant.party === party ? [] : [occupant],
  )
}

/**
 * A moment on two clocks: one that is never set but may stand while the machine sleeps, and one that goes on and may be
 * set.
 */
export type Moment = { readonly steadyMs: number; readonly wallMs: number }

export function now(): Moment {
  return { steadyMs: performance.now(), wallMs: Date.now() }
}

/** So much may have passed since, ms. */
function elapsedMs({ steadyMs, wallMs }: Moment): number {
  return Math.max(performance.now() - steadyMs, Math.abs(Date.now() - wallMs))
}
