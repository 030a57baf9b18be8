/** So many messages are remembered; then all are forgotten, so that memory is bounded. */
const MOST = 1000

/** Tells each error once, by its message: a check that runs again and again finds the same error each time. */
export function toldOnce(tell: (error: unknown) => void): (error: unknown) => void {
  const told = new Set<string>()
  return (error) => {
    const message = error instanceof Error ? error.message : String(error)
    if (told.has(message)) return
    if (told.size >= MOST) told.clear()
    told.add(message)
    tell(error)
  }
}
