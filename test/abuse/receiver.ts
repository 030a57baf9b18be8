import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { connect, source, upload } from '../../server/fixtures/client.ts'
import { openDescriptors, peakMib, residentMib } from '../faults/process-facts.ts'
import { CLI, longshoreReceive, type ReceiverProcess } from '../support/longshore-process.ts'
import type { ReceiveOptions } from '../support/receive-flags.ts'
import { tempDir } from '../support/temp-dir.ts'

/**
 * A receiver in a process of its own that is about to be treated badly. `errors` leaves out the warnings with which it
 * starts.
 */
export type Victim = ReceiverProcess & {
  /** Where its files go. */
  readonly directory: string
  /** Resident memory, MiB; undefined where it is not known. */
  memoryMib(): number | undefined
  /** The most that it ever had resident, MiB; undefined where it is not known. */
  peakMib(): number | undefined
  /** Open descriptors, those of the ledger left out; undefined where that is not known. */
  descriptors(): number | undefined
  /** A new device: its token. */
  token(): string
  /**
   * Uploads a small file from an address of its own; answers how long that took, ms. Fails when it takes longer than
   * half a minute.
   */
  upload(): Promise<number>
}

/** @param options.openFiles what the process may have open; its own limit when not given */
export async function startVictim({
  openFiles,
  ...options
}: ReceiveOptions & { readonly openFiles?: number | undefined } = {}): Promise<Victim> {
  const directory = join(tempDir(), 'box')
  const program = openFiles === undefined ? [] : ['prlimit', `--nofile=${openFiles}:${openFiles}`]
  const receiver = await longshoreReceive(directory, { program, ...options })
  const { port, pid, errors } = receiver
  let devices = 0
  return {
    ...receiver,
    directory,
    errors: () => errors().replaceAll(/^Warning: .*\n/gm, ''),
    memoryMib: () => residentMib(pid),
    peakMib: () => peakMib(pid),
    descriptors: () => openDescriptors(pid),
    token() {
      const command = ['token', 'create', '--dir', directory, '--name', `device ${++devices}`]
      return execFileSync(process.execPath, [CLI, ...command], { stdio: ['ignore', 'pipe', 'ignore'] })
        .toString()
        .trim()
    },
    async upload() {
      const startedMs = performance.now()
      const client = connect(port)
      try {
        const timeout = new Promise<never>((_, reject) => {
          const timer = setTimeout(() => reject(new Error(`No upload in half a minute. ${errors()}`)), 30_000)
          onTestFinished(() => clearTimeout(timer))
        })
        await Promise.race([upload(client, source('honest.bin', Buffer.alloc(2_000_000, 7))), timeout])
        return performance.now() - startedMs
      } finally {
        client.close()
      }
    },
  }
}
