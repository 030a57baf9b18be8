/**
 * The part of an address that messages, logs and pages may show: scheme, host and port. The user before the host, the
 * path and all that follows may be secrets.
 */
export function shownAddress({ protocol, host }: URL): string {
  return `${protocol}//${host}`
}

/**
 * The same for a text that was given as an address, in quotes. Of a text without a host nothing is shown: any part of
 * it may be a secret.
 */
export function shownText(given: string): string {
  const url = URL.canParse(given) ? new URL(given) : undefined
  return url === undefined || url.host === '' ? 'what was given' : `"${shownAddress(url)}"`
}

/**
 * Who is named before the host, as it was before it was written into an address; undefined when nobody is. Throws
 * URIError for what was not written so.
 */
export function credentialsIn({
  username,
  password,
}: URL): { readonly user: string; readonly password: string } | undefined {
  if (username === '' && password === '') return undefined
  return { user: decodeURIComponent(username), password: decodeURIComponent(password) }
}
