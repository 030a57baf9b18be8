import { isIPv4, isIPv6 } from 'node:net'
import { THIS_COMPUTER } from '../../contract/receivers.ts'

/** The port a receiver listens on unless told otherwise. */
export const USUAL_PORT = 50051

export type ReadAddress =
  | { readonly kind: 'address'; readonly address: string }
  | { readonly kind: 'refused'; readonly message: string }

/**
 * Turns what a person typed into a receiver's name: `host:port`, `[IPv6]:port`, or {@link THIS_COMPUTER}.
 * A left-out port becomes {@link USUAL_PORT}. What is not an address is refused with a sentence that repeats it.
 */
export function readReceiverAddress(typed: string): ReadAddress {
  const text = typed.trim()
  if (text === THIS_COMPUTER) return { kind: 'address', address: text }
  if (text === '') return refused('Type the address of a receiver, for example 192.168.1.20:50051.')
  const { host, port } = split(text)
  if (!isHost(host)) {
    return refused(`“${shortened(text)}” is not an address. Type it as host:port, for example 192.168.1.20:50051.`)
  }
  // gRPC makes a URL of the address, and a URL cannot hold an IPv6 zone.
  if (host.includes('%')) {
    return refused(
      `“${shortened(text)}” has a zone (%), with which Longshore cannot connect. Use another address of the receiver, or its name.`,
    )
  }
  if (!isPort(port)) return refused(`“${shortened(port)}” is not a port. Ports are whole numbers from 1 to 65535.`)
  return { kind: 'address', address: `${host.toLowerCase()}:${Number(port)}` }
}

function refused(message: string): ReadAddress {
  return { kind: 'refused', message }
}

/**
 * Splits a text into host and port. A text with a slash, such as a link, is all host, so that the whole of it is named
 * when it is refused.
 */
function split(text: string): { host: string; port: string } {
  if (text.includes('/')) return { host: text, port: '' }
  const bracketed = /^(\[[^\]]*\])(?::(.*))?$/.exec(text)
  if (bracketed) return { host: bracketed[1] ?? '', port: bracketed[2] ?? String(USUAL_PORT) }
  // More than one colon is an IPv6 address without brackets: it has no room for a port.
  if (text.split(':').length > 2) return { host: `[${text}]`, port: String(USUAL_PORT) }
  const [host = '', port = String(USUAL_PORT)] = text.split(':')
  return { host, port }
}

function isHost(host: string): boolean {
  if (host.startsWith('[')) return isIPv6(host.slice(1, -1))
  if (/^[\d.]+$/.test(host)) return isIPv4(host)
  return host.length <= 253 && host.split('.').every((label) => /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/i.test(label))
}

function isPort(port: string): boolean {
  return /^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
