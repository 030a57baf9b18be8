/**
 * Cancels a call a moment later, when no other code is running. An error or an end is reported while the connection is
 * being read. Resetting a stream at that moment makes the HTTP/2 of Node 20 send for ever, and use up the processor and
 * the memory (nodejs/node#52952, fixed in #64166).
 */
export function cancelSoon(call: { cancel(): void } | undefined): void {
  setImmediate(() => call?.cancel())
}
