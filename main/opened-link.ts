/** Carries a link that was opened outside the window to the page, which may not be there yet. */
export type OpenedLink = {
  open(link: string): void
  /** The page asks for everything, and for a link that came before it did. */
  take(): string | undefined
  /** The page is gone; the next one asks again. */
  pageGone(): void
}

/** No link that a person made is longer. */
const MOST_CHARACTERS = 4_000

/** `send` tells a page that has asked once. */
export function createOpenedLink(send: (link: string) => void): OpenedLink {
  let waiting: string | undefined
  let isPageThere = false
  return {
    open(link) {
      if (link.length > MOST_CHARACTERS) return
      if (isPageThere) send(link)
      else waiting = link
    },
    take() {
      const link = waiting
      waiting = undefined
      isPageThere = true
      return link
    },
    pageGone() {
      isPageThere = false
    },
  }
}
