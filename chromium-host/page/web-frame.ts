import type * as Electron from 'electron'
import { strict } from '../program/unimplemented.ts'
import { originOf } from './scheme-urls.ts'

/**
 * The top frame of a page, as IPC events name their sender. Only top frames have a preload script, so there is no
 * other.
 */
export function topFrame(url: () => string, processId: number): Electron.WebFrameMain {
  const frame = {
    get url() {
      return url()
    },
    get origin() {
      return originOf(url())
    },
    get top(): Electron.WebFrameMain {
      return self
    },
    name: '',
    parent: null,
    routingId: 1,
    processId,
    detached: false,
    isDestroyed: () => false,
  } satisfies Partial<Electron.WebFrameMain>
  const self = strict('webFrameMain', frame) as unknown as Electron.WebFrameMain
  return self
}
