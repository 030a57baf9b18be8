import type { Writable } from 'node:stream'
import { printable } from './printable.ts'
import type { Receiver, StoredEvent } from './receiver.ts'

/** What a running receiver tells on standard output. */
export type Report = {
  listening(receiver: Receiver): void
  stored(file: StoredEvent): void
}

/** One JSON object a line, for programs. */
export function jsonReport(stdout: Writable): Report {
  const line = (event: object) => stdout.write(`${JSON.stringify(event)}\n`)
  return {
    listening: ({ host, port }) => line({ event: 'listening', host, port, tls: false }),
    stored: ({ name, bytes, md5 }) => line({ event: 'stored', name, bytes, md5 }),
  }
}

/** Short sentences, for people. */
export function sentences(stdout: Writable, directory: string): Report {
  const say = (sentence: string) => stdout.write(`${sentence}\n`)
  return {
    listening: ({ host, port }) => say(`Receiving into ${directory} on ${host}:${port}. Press Ctrl+C to stop.`),
    stored: ({ name, bytes, md5 }) => say(`Stored ${printable(name)} (${bytes} bytes, MD5 ${md5})`),
  }
}
