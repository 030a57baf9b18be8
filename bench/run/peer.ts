import type { SystemPackage } from '../../scripts/system-packages.ts'
import type { Child, Command } from './child.ts'

/** What is measured: a program that sends and a program that receives, or one part of the work alone, as a limit. */
export type Peer = {
  /** As `--peer` takes it. */
  readonly name: string
  /** What runs, and how it was set up where that is not as it comes. */
  readonly title: string
  /** How the program knows, when it reports success, that what arrived is what was sent. */
  readonly verified: 'read back' | 'on arrival' | 'length only' | 'nothing'
  /** What survives a power cut then: files and their names, files alone, or neither for sure. */
  readonly durable: 'yes' | 'files' | 'no'
  /** What of the operating system it is made of. */
  readonly needs: readonly SystemPackage[]
  /**
   * `floor`: what verified files cannot be sent without, and nothing else; it says nothing about small files. `limit`:
   * only a part of the work, so that nothing can be faster than it; it keeps no files.
   */
  readonly kind: 'program' | 'floor' | 'limit'
  /** The peer of kind `floor` with the same digest. @default none has it */
  readonly floor?: string
  /**
   * Starts what receives into `box`. `scratch` is empty and may be used for anything else. Both are gone afterwards.
   */
  start(box: string, scratch: string): Promise<Running>
}

/** A receiving side that runs. */
export type Running = {
  /** Undefined where there is none to send to. */
  readonly receiver: { readonly child: Child; readonly port: number } | undefined
  /**
   * What sends a file or a folder to a port, which may be that of a proxy. The same command may run again to go on
   * after it was killed.
   */
  sender(path: string, port: number): Promise<Command>
}

export async function stopReceiver({ receiver }: Running): Promise<void> {
  await receiver?.child.stop()
}

/** Reads what our programs print when they listen: one JSON object in a line. */
export function portIn(line: string): number | undefined {
  const { port } = JSON.parse(line) as { port?: number }
  return port
}
