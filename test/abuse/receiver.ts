import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { credentials } from '@grpc/grpc-js'
import { onTestFinished } from 'vitest'
import { channelOptions, FileTransferClient } from '../../proto/index.ts'
import { source, upload } from '../../server/fixtures/client.ts'
import { openDescriptors } from '../faults/process-facts.ts'
import { longshoreReceive } from '../support/longshore-process.ts'
import { tempDir } from '../support/temp-dir.ts'

/** A receiver in a process of its own that is about to be treated badly. */
export type Victim = {
  readonly port: number
  readonly pid: number
  /** What it said on standard error, but for the warnings with which it starts. */
  errors(): string
  /** Resident memory, MiB; undefined where it is not known. */
  memoryMib(): number | undefined
  /** Open descriptors, those of the ledger left out; undefined where that is not known. */
  descriptors(): number | undefined
  /** Uploads a small file from an address of its own; answers how long that took, ms. Fails when it takes longer than half a minute. */
  upload(): Promise<number>
}

/** @param openFiles what the process may have open; its own limit when not given */
export async function startVictim(flags: readonly string[] = [], openFiles?: number): Promise<Victim> {
  const program = openFiles === undefined ? [] : ['prlimit', `--nofile=${openFiles}:${openFiles}`]
  const receiver = await longshoreReceive(join(tempDir(), 'box'), 0, { program }, flags)
  const { child, port, errors } = receiver
  const pid = child.pid ?? 0
  return {
    port,
    pid,
    errors: () => said(errors()),
    memoryMib: () => memoryMib(pid),
    descriptors: () => openDescriptors(pid),
    async upload() {
      const startedMs = performance.now()
      const client = new FileTransferClient(`127.0.0.1:${port}`, credentials.createInsecure(), {
        ...channelOptions,
        'grpc.use_local_subchannel_pool': 1,
      })
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

function said(errors: string): string {
  return errors.replaceAll(/^Warning: .*\n/gm, '')
}

function memoryMib(pid: number): number | undefined {
  const path = `/proc/${pid}/status`
  if (!existsSync(path)) return undefined
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(path, 'utf8'))?.[1]) / 1024
}
