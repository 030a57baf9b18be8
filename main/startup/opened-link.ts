import { isLink } from './launch-arguments.ts'
import { createLetterbox, type Letterbox } from './letterbox.ts'

/** Carries a link that was opened outside the window to the page. */
export type OpenedLink = Pick<Letterbox<string>, 'take' | 'pageGone'> & { open(link: string): void }

/** No link that a person made is longer. */
const MOST_CHARACTERS = 4_000

/** A link has no spaces, and nothing in it that cannot be seen. */
function isShowable(link: string): boolean {
  return isLink(link) && link.length <= MOST_CHARACTERS && !/[\s\p{C}]/u.test(link)
}

/** What is no link, or could not be shown as it is, is passed over. */
export function createOpenedLink(send: (link: string) => void): OpenedLink {
  const { post, take, pageGone } = createLetterbox(send)
  return {
    open(link) {
      if (isShowable(link)) post(link)
    },
    take,
    pageGone,
  }
}
