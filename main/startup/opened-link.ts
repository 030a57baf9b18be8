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

/** True for what may be one of our links, whatever it says. Each argument of a command line is looked at. */
export function isLink(text: string): boolean {
  return /^\s*longshore:/i.test(text)
}

/** A link has no spaces, and nothing in it that cannot be seen. */
function isShowable(link: string): boolean {
  return isLink(link) && link.length <= MOST_CHARACTERS && !/[\s\p{C}]/u.test(link)
}

/** `send` tells a page that has asked once. What is no link, or could not be shown as it is, is passed over. */
export function createOpenedLink(send: (link: string) => void): OpenedLink {
  let waiting: string | undefined
  let isPageThere = false
  return {
    open(link) {
      if (!isShowable(link)) return
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
