import { makeCodec } from '../browser/codec.ts'
import { makeBridge } from './bridge.ts'
import { makePreloadRuntime, PAGE_NAMES, type PreloadConfig } from './preload-runtime.ts'

/** The world the preload script runs in; page code can see nothing of it. */
export const ISOLATED_WORLD = 'ElectronIsolated'

export type ScriptOptions = {
  /** Name of the events that cross between the two worlds; unguessable, so that page code cannot join in. */
  readonly tag: string
  /** Source of the preload script, one CommonJS file, and where it came from. */
  readonly preload: { readonly path: string; readonly source: string }
  readonly config: PreloadConfig
}

/** The source text to run at the start of every document: in the page's own world, and in the isolated one. */
export function pageScripts({ tag, preload, config }: ScriptOptions): {
  readonly main: string
  readonly isolated: string
} {
  const [name, settings, names] = [tag, config, PAGE_NAMES].map((value) => JSON.stringify(value))
  return {
    main: onlyInTopFrame(`(${makeBridge})('page', 'preload', ${name})`),
    isolated: onlyInTopFrame(`
      const bridge = (${makeBridge})('preload', 'page', ${name});
      const runtime = (${makePreloadRuntime})(bridge, (${makeCodec})(), ${settings}, ${names});
      const module = { exports: {} };
      try {
        (function (require, module, exports, process, global) {\n${preload.source}\n})(
          runtime.require, module, module.exports, runtime.process, globalThis);
      } catch (error) {
        console.error('Unable to load preload script: ' + ${JSON.stringify(preload.path)}, error);
        ${PAGE_NAMES.toHost}(JSON.stringify({ kind: 'preload-error', message: String(error && error.stack || error) }));
      }`).concat(`\n//# sourceURL=electron-preload:${preload.path}`),
  }
}

function onlyInTopFrame(script: string): string {
  return `if (window === window.top) { ${script} }`
}
