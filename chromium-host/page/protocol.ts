import type * as Electron from 'electron'
import { strict } from '../program/unimplemented.ts'
import { SchemeUrls } from './scheme-urls.ts'

type SchemeHandler = Parameters<Electron.Protocol['handle']>[1]

const handlers = new Map<string, SchemeHandler>()
const privileged = new Set<string>()

/** Translates between the app's URLs and Chromium's. */
export const schemeUrls = new SchemeUrls((scheme) => handlers.has(scheme))

/** Who answers for `url`, if the app does. */
export function handlerOf(url: string): SchemeHandler | undefined {
  return handlers.get(url.slice(0, url.indexOf(':')))
}

/** `electron.protocol`. Custom schemes must be standard and secure, because here they always are. */
export const protocol = strict('protocol', {
  registerSchemesAsPrivileged(schemes) {
    for (const { scheme, privileges } of schemes) {
      if (!privileges?.standard || !privileges.secure) {
        throw new Error(`In the Chromium host the scheme ${scheme} must be registered as standard and secure`)
      }
      privileged.add(scheme)
    }
  },
  handle(scheme, handler) {
    if (!privileged.has(scheme))
      throw new Error(`Register ${scheme} with registerSchemesAsPrivileged before handling it`)
    if (handlers.has(scheme)) throw new Error(`The scheme '${scheme}' is already handled`)
    handlers.set(scheme, handler)
  },
  unhandle: (scheme) => void handlers.delete(scheme),
  isProtocolHandled: (scheme) => handlers.has(scheme),
} satisfies Pick<Electron.Protocol, 'registerSchemesAsPrivileged' | 'handle' | 'unhandle' | 'isProtocolHandled'>)
