import type { LongshoreApi } from '../main/contract/contract.ts'

declare global {
  interface Window {
    /** Put there by the preload script. */
    readonly longshore: LongshoreApi
  }
}

/** The main process, as far as this window may speak with it. */
export const api: LongshoreApi = window.longshore
