/** Carries something to the page, which may not be there yet. */
export type Letterbox<T> = {
  post(what: T): void
  /** The page asks for everything, and for what came before it did. */
  take(): T | undefined
  /** The page is gone; the next one asks again. */
  pageGone(): void
}

/** `send` tells a page that has asked once. Of what came before, only the last is kept. */
export function createLetterbox<T>(send: (what: T) => void): Letterbox<T> {
  let waiting: T | undefined
  let isPageThere = false
  return {
    post(what) {
      if (isPageThere) send(what)
      else waiting = what
    },
    take() {
      const what = waiting
      waiting = undefined
      isPageThere = true
      return what
    },
    pageGone() {
      isPageThere = false
    },
  }
}
