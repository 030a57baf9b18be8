import type { Writable } from 'node:stream'
import { digestWords, readDigestText } from '../proto/digest/digest-forms.ts'
import type { ReceiverLine } from '../proto/own-receiver.ts'
import { spacedCode } from '../proto/pairing.ts'
import { reachableAddress } from './access/reachable.ts'
import { printable } from './base/printable.ts'
import { qrCode } from './qr-code.ts'
import type { Receiver, StoredEvent } from './receiver.ts'

/** What a running receiver tells on standard output. */
export type Report = {
  listening(
    receiver: Receiver,
    how: { readonly showQr: boolean; readonly statusPort: number | undefined },
  ): Promise<void>
  stored(file: StoredEvent): void
}

/** One JSON object a line, for programs. */
export function jsonReport(stdout: Writable): Report {
  const line = (said: ReceiverLine) => stdout.write(`${JSON.stringify(said)}\n`)
  return {
    async listening({ host, port, fingerprint, invitation }, { statusPort }) {
      line({
        event: 'listening',
        host,
        port,
        tls: fingerprint !== undefined,
        ...(fingerprint && { fingerprint }),
        ...(invitation && { pairLink: invitation.link }),
        ...(statusPort !== undefined && { statusPort }),
      })
    },
    stored: (file) => line({ event: 'stored', ...file }),
  }
}

/** Short sentences, for people. */
export function sentences(stdout: Writable, directory: string): Report {
  const say = (sentence: string) => stdout.write(`${sentence}\n`)
  return {
    async listening({ host, port, name, fingerprint, invitation }, { showQr, statusPort }) {
      const where = reachableAddress(host, port)
      say(`Receiving into ${directory} on ${where}, as ${printable(name)}. Press Ctrl+C to stop.`)
      if (statusPort !== undefined) say(`How it is doing: http://127.0.0.1:${statusPort}/ on this computer.`)
      if (fingerprint) say(`Fingerprint ${fingerprint}`)
      if (!invitation) return
      say('')
      say(`To pair a device, give it this link, or the address and the code ${spacedCode(invitation.code)}.`)
      say('The code is good for one device and ten minutes; `longshore devices invite` makes another one.')
      say(`  ${invitation.link}`)
      if (showQr) say(await qrCode(invitation.link))
    },
    stored: ({ name, bytes, digest }) => say(`Stored ${printable(name)} (${bytes} bytes, ${shownDigest(digest)})`),
  }
}

function shownDigest(text: string): string {
  const digest = readDigestText(text)
  return digest === undefined ? text : digestWords(digest)
}
