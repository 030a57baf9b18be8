import { readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'

/** The scheme and host under which the window's page lives. */
export const WINDOW_SCHEME = 'app'
const WINDOW_HOST = 'window'
export const WINDOW_ORIGIN = `${WINDOW_SCHEME}://${WINDOW_HOST}`
export const WINDOW_URL = `${WINDOW_ORIGIN}/index.html`

/** Nothing but the built page itself: no inline scripts or styles, no other origin, no frames, no forms. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const SECURITY_HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
}

const MIME_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
}

/** The files that may be served: URL path to absolute file path. */
export type Assets = ReadonlyMap<string, string>

/** Lists a built folder once. What is not in the list does not exist for the page, whatever its URL says. */
export function listAssets(directory: string, urlPath = ''): Assets {
  const assets = new Map<string, string>()
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const file = join(directory, entry.name)
    const path = `${urlPath}/${entry.name}`
    if (entry.isFile()) assets.set(path, file)
    if (entry.isDirectory()) for (const [deeper, deeperFile] of listAssets(file, path)) assets.set(deeper, deeperFile)
  }
  return assets
}

/** The file a URL stands for; undefined for everything that is not listed. */
export function findAsset(url: string, assets: Assets): string | undefined {
  if (!URL.canParse(url)) return undefined
  const { protocol, host, pathname } = new URL(url)
  if (protocol !== `${WINDOW_SCHEME}:` || host !== WINDOW_HOST) return undefined
  try {
    return assets.get(decodeURIComponent(pathname))
  } catch (cause) {
    // A "%" that encodes nothing.
    if (cause instanceof URIError) return undefined
    throw cause
  }
}

/** Answers one request of the page. Rejects when a listed file cannot be read. */
export async function serveAsset(url: string, assets: Assets): Promise<Response> {
  const file = findAsset(url, assets)
  if (file === undefined) return new Response('Not found', { status: 404, headers: SECURITY_HEADERS })
  const contentType = MIME_TYPES[extname(file)] ?? 'application/octet-stream'
  return new Response(await readFile(file), { headers: { ...SECURITY_HEADERS, 'content-type': contentType } })
}
