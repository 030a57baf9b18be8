import { readFileSync } from 'node:fs'
import type * as Electron from 'electron'
import { strict } from '../program/unimplemented.ts'

type Implemented = Pick<Electron.NativeImage, 'isEmpty' | 'toDataURL' | 'toPNG' | 'setTemplateImage' | 'resize'>

/** An image that is carried about but never decoded: sizes are unknown, and resizing gives it back as it is. */
function image(png: Buffer): Electron.NativeImage {
  const members: Implemented = {
    isEmpty: () => png.length === 0,
    toPNG: () => png,
    toDataURL: () => `data:image/png;base64,${png.toString('base64')}`,
    setTemplateImage: () => undefined,
    resize: () => image(png),
  }
  return strict('NativeImage', members) as Electron.NativeImage
}

/** `electron.nativeImage` for PNG files. */
export const nativeImage = strict('nativeImage', {
  createEmpty: () => image(Buffer.alloc(0)),
  createFromPath: (path) => image(readFileSync(path)),
  createFromBuffer: (buffer) => image(buffer),
  createFromDataURL: (url) => image(Buffer.from(url.slice(url.indexOf(',') + 1), 'base64')),
} satisfies Pick<
  typeof Electron.nativeImage,
  'createEmpty' | 'createFromPath' | 'createFromBuffer' | 'createFromDataURL'
>)
