import type { LocalReceiver } from './contract.ts'

/** What happens to the receiver on this computer. The first two are lines that it prints itself. */
export type ReceiverEvent =
  | { readonly kind: 'listening'; readonly host: string; readonly port: number }
  | { readonly kind: 'stored' }
  | { readonly kind: 'starting'; readonly directory: string }
  | { readonly kind: 'stopped'; readonly directory: string }
  | { readonly kind: 'gave-up'; readonly message: string }

/** Reads one line of the receiver's output; undefined for a line that says nothing to this side. */
export function readReceiverLine(line: string): ReceiverEvent | undefined {
  let said: unknown
  try {
    said = JSON.parse(line)
  } catch (cause) {
    // A line that is not JSON is a remark for people, for example a warning of the runtime.
    if (cause instanceof SyntaxError) return undefined
    throw cause
  }
  if (typeof said !== 'object' || said === null) return undefined
  const { event, host, port }: { event?: unknown; host?: unknown; port?: unknown } = said
  if (event === 'stored') return { kind: 'stored' }
  if (event === 'listening' && typeof host === 'string' && typeof port === 'number')
    return { kind: 'listening', host, port }
  return undefined
}

/** True for a line of the error output that is meant for people, and not for those who build the receiver (stack traces and their frame). */
export function isForPeople(line: string): boolean {
  return /^[^\s{}]/.test(line) && !line.startsWith('Node.js v') && !/^(node:|file:\/\/|\/)\S+:\d+$/.test(line)
}

/** The state after an event; the very same object when the event changes nothing, as a late one does. */
export function nextReceiverState(state: LocalReceiver, event: ReceiverEvent): LocalReceiver {
  const { directory } = state
  switch (event.kind) {
    case 'starting':
      return { kind: 'starting', directory: event.directory }
    case 'stopped':
      return { kind: 'off', directory: event.directory }
    case 'gave-up':
      return { kind: 'failed', directory, message: event.message }
    case 'listening':
      return state.kind === 'starting' ? { kind: 'on', directory, address: addressOf(event), filesReceived: 0 } : state
    case 'stored':
      return state.kind === 'on' ? { ...state, filesReceived: state.filesReceived + 1 } : state
  }
}

function addressOf({ host, port }: { host: string; port: number }): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
