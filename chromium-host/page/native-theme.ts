import type * as Electron from 'electron'
import { strictEmitter } from '../program/unimplemented.ts'

type Implemented = Pick<
  Electron.NativeTheme,
  | 'inForcedColorsMode'
  | 'prefersReducedTransparency'
  | 'shouldUseDarkColors'
  | 'shouldUseHighContrastColors'
  | 'shouldUseInvertedColorScheme'
  | 'themeSource'
>

class NativeTheme extends strictEmitter('nativeTheme') implements Implemented {
  readonly inForcedColorsMode = false
  readonly prefersReducedTransparency = false
  readonly shouldUseHighContrastColors = false
  readonly shouldUseInvertedColorScheme = false
  #themeSource: Electron.NativeTheme['themeSource'] = 'system'

  get themeSource(): Electron.NativeTheme['themeSource'] {
    return this.#themeSource
  }

  set themeSource(source: Electron.NativeTheme['themeSource']) {
    if (source === this.#themeSource) return
    this.#themeSource = source
    this.emit('updated')
  }

  /** The system's own choice is known to Chromium only, so 'system' counts as light here. */
  get shouldUseDarkColors(): boolean {
    return this.#themeSource === 'dark'
  }
}

/** `electron.nativeTheme`; pages follow it through `prefers-color-scheme`. */
export const nativeTheme = new NativeTheme()
