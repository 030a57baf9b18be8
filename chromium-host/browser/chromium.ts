import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import type { Readable, Writable } from 'node:stream'
import { giveUp, launch } from '../program/launch.ts'
import { Cdp, ifStillThere } from './cdp.ts'
import { chromiumFlags, DRIVEN, withoutDriving } from './chromium-flags.ts'
import { findChromium } from './find-chromium.ts'

/** How long Chromium may take to end by itself before it is killed, ms. */
const GOODBYE_MS = 3000
/** Chromium's stderr is noisy (D-Bus, GPU); these lines are for Playwright, or for a person. */
const WORTH_SHOWING = /^DevTools listening|Unable to open X display|Missing X server/

/** Where and how large a window is, in device-independent pixels. */
export type WindowBounds = {
  readonly width: number
  readonly height: number
  readonly x: number | undefined
  readonly y: number | undefined
}

/** A running Chromium that this process started, and its windows. */
export class Chromium {
  readonly cdp: Cdp
  readonly #process: ChildProcess
  readonly #program: string
  readonly #flags: readonly string[]
  readonly #own = new Set<string>()
  readonly #seen = new Set<string>()
  #opening = 0

  private constructor(program: string, flags: readonly string[]) {
    this.#program = program
    this.#flags = flags
    // Detached, so that Ctrl+C in a terminal reaches the app only, which then quits in its own order.
    const stdio = ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'] as const
    this.#process = spawn(program, [...flags, ...DRIVEN], { stdio: [...stdio], detached: true })
    this.cdp = new Cdp(this.#process.stdio[3] as Writable, this.#process.stdio[4] as Readable)
  }

  /** Starts Chromium with its profile in `profile`. Ends the whole process with one sentence when it cannot. */
  static async start(profile: string, switches: ReadonlyMap<string, string>): Promise<Chromium> {
    const program = findChromium()
    if (!program) giveUp('No Chromium was found: install chromium or set CHROMIUM_PATH to a Chromium-family browser.')
    if (!launch.headless && process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) {
      giveUp('There is no display to open a window on: set DISPLAY, or LONGSHORE_HOST_HEADLESS=1 to run without one.')
    }
    mkdirSync(profile, { recursive: true, mode: 0o700 })
    const isRoot = process.getuid?.() === 0
    const { headless } = launch
    const chromium = new Chromium(program, chromiumFlags({ profile, headless, switches, env: process.env, isRoot }))
    await chromium.#untilUp()
    return chromium
  }

  get pid(): number {
    return this.#process.pid ?? 0
  }

  async #untilUp(): Promise<void> {
    let lastLines = ''
    this.#process.stderr?.on('data', (bytes: Buffer) => {
      const text = bytes.toString()
      for (const line of text.split('\n')) if (WORTH_SHOWING.test(line)) process.stderr.write(`${line}\n`)
      lastLines = (lastLines + text).slice(-2000)
    })
    const failure = new Promise<string>((resolve) => this.#process.once('error', ({ message }) => resolve(message)))
    const version = this.cdp.send<{ product: string }>('Browser.getVersion')
    const outcome = await Promise.race([
      failure,
      version.catch(() => lastLines.trim().split('\n').at(-1) || 'it ended'),
    ])
    if (typeof outcome === 'string') giveUp(`Chromium (${this.#program}) could not start: ${outcome}`)
    Object.assign(process.versions, { chrome: outcome.product.split('/')[1] })
    this.cdp.on<TargetCreated>('Target.targetCreated', ({ targetInfo: { type, targetId } }) => {
      if (type !== 'page') return
      this.#seen.add(targetId)
      this.#closeStrays()
    })
    await this.cdp.send('Target.setDiscoverTargets', { discover: true })
    // Otherwise downloads go where the profile of the browser says, and the app does not know.
    await this.cdp.send('Browser.setDownloadBehavior', { behavior: 'deny' })
  }

  /** Opens an empty window and returns its target id. */
  async openWindow(bounds: WindowBounds, title: string): Promise<string> {
    this.#opening++
    try {
      const targetId = await (launch.headless ? this.#openHeadless(bounds) : this.#openAppWindow(bounds, title))
      this.#own.add(targetId)
      return targetId
    } finally {
      this.#opening--
      this.#closeStrays()
    }
  }

  /** Closes windows the app did not open: from window.open, or the browser's own shortcuts for a new one. */
  #closeStrays(): void {
    // While the app opens a window, a new one cannot be told from a window that the app did not open.
    if (this.#opening > 0) return
    for (const targetId of this.#seen) {
      if (!this.#own.has(targetId)) ifStillThere(this.cdp.send('Target.closeTarget', { targetId }))
    }
    this.#seen.clear()
  }

  /** A headless window has a tab strip, so its contents are sized rather than its frame. */
  async #openHeadless({ width, height, x, y }: WindowBounds): Promise<string> {
    const place = { url: 'about:blank', newWindow: true, width, height, left: x, top: y }
    const { targetId } = await this.cdp.send<{ targetId: string }>('Target.createTarget', place)
    const windowId = await this.#windowOf(targetId)
    await this.cdp.send('Browser.setContentsSize', { windowId, width, height })
    return targetId
  }

  /**
   * A second Chromium process with --app= hands its URL to the running one, which then opens a window without browser
   * controls; the protocol has no call for that. A comment in the URL tells which new target is ours.
   */
  async #openAppWindow({ width, height, x, y }: WindowBounds, title: string): Promise<string> {
    const mark = `window-${Math.random().toString(36).slice(2)}`
    const opened = new Promise<string>((resolve) => {
      const stop = this.cdp.on<TargetCreated>('Target.targetCreated', ({ targetInfo }) => {
        if (!targetInfo.url.includes(mark)) return
        stop()
        resolve(targetInfo.targetId)
      })
    })
    const page = `data:text/html,<title>${encodeURIComponent(title)}</title><!--${mark}-->`
    spawn(this.#program, [...withoutDriving(this.#flags), `--app=${page}`], { stdio: 'ignore' })
    const targetId = await opened
    await this.setBounds(targetId, {
      width,
      height,
      ...(x !== undefined && { left: x }),
      ...(y !== undefined && { top: y }),
    })
    return targetId
  }

  async #windowOf(targetId: string): Promise<number> {
    return (await this.cdp.send<{ windowId: number }>('Browser.getWindowForTarget', { targetId })).windowId
  }

  /** Moves, resizes or changes the state (normal, minimized, maximized, fullscreen) of a window. */
  async setBounds(targetId: string, bounds: object): Promise<void> {
    await this.cdp.send('Browser.setWindowBounds', { windowId: await this.#windowOf(targetId), bounds })
  }

  /** Asks Chromium to end, and kills it when it does not; resolves when it has ended. */
  async close(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const gone = new Promise<void>((resolve) => this.#process.once('exit', () => resolve()))
    const impatience = setTimeout(() => this.#process.kill('SIGKILL'), GOODBYE_MS)
    this.cdp.send('Browser.close').catch(() => this.#process.kill('SIGKILL'))
    await gone
    clearTimeout(impatience)
  }
}

export type TargetCreated = {
  readonly targetInfo: { readonly targetId: string; readonly type: string; readonly url: string }
}
