import type * as Electron from 'electron'
import { strict, strictEmitter } from '../program/unimplemented.ts'

/** One display of a common size: Chromium's protocol does not tell the real ones. */
const SIZE = { width: 1280, height: 800 }
const AREA = { x: 0, y: 0, ...SIZE }
const members = {
  id: 1,
  bounds: AREA,
  workArea: AREA,
  size: SIZE,
  workAreaSize: SIZE,
  scaleFactor: 1,
  rotation: 0,
  internal: false,
} satisfies Partial<Electron.Display>
const display = strict('Display', members) as Electron.Display

type Implemented = Pick<
  Electron.Screen,
  'getPrimaryDisplay' | 'getAllDisplays' | 'getDisplayMatching' | 'getDisplayNearestPoint' | 'getCursorScreenPoint'
>

class Screen extends strictEmitter('screen') implements Implemented {
  getPrimaryDisplay(): Electron.Display {
    return display
  }
  getAllDisplays(): Electron.Display[] {
    return [display]
  }
  getDisplayMatching(): Electron.Display {
    return display
  }
  getDisplayNearestPoint(): Electron.Display {
    return display
  }
  getCursorScreenPoint(): Electron.Point {
    return { x: 0, y: 0 }
  }
}

/** `electron.screen`. */
export const screen = new Screen()
