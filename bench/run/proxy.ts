import { type Child, start } from './child.ts'
import { portIn } from './peer.ts'
import { program } from './programs.ts'

/** A TCP proxy in a process of its own. */
export type Proxy = {
  readonly child: Child
  readonly port: number
  /** Resolves when `bytes` more have gone to the server, with when that was, ms on the clock of all processes. */
  passed(bytes: number): Promise<number>
  /** Bytes that went to the server so far. */
  forwarded(): Promise<number>
}

type Event = { readonly event?: string; readonly bytes: number; readonly atMs: number }

/** `delayMs` is added in each direction. */
export async function startProxy(targetPort: number, delayMs: number): Promise<Proxy> {
  const child = start({ ...program('proxy', targetPort, delayMs), takesLines: true })
  const port = await child.line(portIn)
  const asked = new Map<string, number>()
  /** The answer to this question; earlier answers belong to earlier questions. */
  const answer = (name: string): Promise<Event> => {
    let earlier = asked.get(name) ?? 0
    asked.set(name, earlier + 1)
    return child.line((line) => {
      const event = JSON.parse(line) as Event
      if (event.event !== name) return undefined
      earlier -= 1
      return earlier < 0 ? event : undefined
    })
  }
  return {
    child,
    port,
    async passed(bytes) {
      child.tell(`mark ${bytes}`)
      return (await answer('mark')).atMs
    },
    async forwarded() {
      child.tell('count')
      return (await answer('count')).bytes
    },
  }
}
