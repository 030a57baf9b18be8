/**
 * A name that is safe to print in a terminal: control characters, which could move the cursor or change colours, become
 * visible.
 */
export function printable(name: string): string {
  return name.replaceAll(/[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu, '\uFFFD')
}
