import { languages } from '../contract/locales/language.ts'
import { messageOf } from './message-of.ts'
import { type Texts, textsIn } from './texts.ts'

/**
 * In words that stay the same from one failure to the next, so that a person is told once: the system's own name the
 * file, and that changes.
 */
const known = languages.en.main.trouble

/** What can be wrong with a file and has words of its own. */
type KnownTrouble = keyof typeof known

/** What went wrong with a file in `folder`; `message` is for people, in English, without a full stop. */
export class FileTrouble extends Error {
  override readonly name = 'FileTrouble'
  readonly folder: string
  /** Undefined for what the system said in words of its own. */
  readonly code: KnownTrouble | undefined

  constructor(folder: string, { cause }: { readonly cause: unknown }) {
    const code = codeOf(cause)
    super(code === undefined ? `${folder}: ${messageOf(cause)}` : sentence(folder, code, textsIn('en')), { cause })
    this.folder = folder
    this.code = code
  }

  /** What is said of it in one language. */
  saidIn(t: Texts): string {
    return this.code === undefined ? this.message : sentence(this.folder, this.code, t)
  }
}

function sentence(folder: string, code: KnownTrouble, t: Texts): string {
  return t('main.troubleIn', { folder, trouble: t(`main.trouble.${code}`), code })
}

function codeOf(cause: unknown): KnownTrouble | undefined {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  return isKnown(code) ? code : undefined
}

function isKnown(code: unknown): code is KnownTrouble {
  return typeof code === 'string' && Object.hasOwn(known, code)
}
