/** Messages that are remembered; then all are forgotten, so that memory has an end. */
const MOST = 1000

/** Tells each error once, by its message: what is looked at again and again is found again and again. */
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
