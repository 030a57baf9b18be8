/** What went wrong, for people: whatever may be thrown is thrown by somebody. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
