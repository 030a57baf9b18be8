/**
 * An app's own schemes, such as app://, under names that Chromium can load: `app://window/x` is
 * `https://window.app.localhost/x`. Chromium refuses to navigate to a scheme it does not know even where the request
 * would be answered for it, while names below localhost are secure contexts with an origin of their own.
 */
export class SchemeUrls {
  readonly #isOwn: (scheme: string) => boolean

  /** @param isOwn whether the app answers for this scheme. */
  constructor(isOwn: (scheme: string) => boolean) {
    this.#isOwn = isOwn
  }

  /** What Chromium should load for `url`; other URLs stay as they are. */
  toChromium(url: string): string {
    const [, scheme = '', host = '', rest = ''] = /^([a-z][\w+.-]*):\/\/([^/?#]*)(.*)$/i.exec(url) ?? []
    if (!this.#isOwn(scheme) || host === '') return url
    return `https://${host}.${scheme}.localhost${rest || '/'}`
  }

  /** What the app knows as the URL that Chromium has loaded. */
  fromChromium(url: string): string {
    const [, host = '', scheme = '', rest = '/'] =
      /^https:\/\/([^/]+)\.([a-z][\w+-]*)\.localhost(\/.*)?$/.exec(url) ?? []
    return this.#isOwn(scheme) ? `${scheme}://${host}${rest}` : url
  }
}

/**
 * The origin of a URL as Electron says it for standard schemes: `app://window`, where the URL class would say "null".
 */
export function originOf(url: string): string {
  return /^[a-z][\w+.-]*:\/\/[^/?#]+/i.exec(url)?.[0] ?? 'null'
}
