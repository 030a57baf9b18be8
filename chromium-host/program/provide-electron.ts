import module, { createRequire } from 'node:module'
import { join } from 'node:path'

const NAME = /^electron(\/main|\/common)?$/
/** Where the module made below finds the host's own object. */
const GLOBAL = 'longshore.chromium-host.electron'

/** Makes every `import` and `require` of electron in this process, by the app or its libraries, give `electron`. */
export function provideElectron(electron: Readonly<Record<string, unknown>>): void {
  Object.defineProperty(globalThis, Symbol.for(GLOBAL), { value: electron })
  module.register(dataUrl(resolveHook(dataUrl(reexport(Object.keys(electron))))))
  provideToRequire(electron)
}

/**
 * The source of a module whose exports are those of the host's object. Both are data: URLs, so that the host is one
 * file.
 */
function reexport(names: readonly string[]): string {
  return `const electron = globalThis[Symbol.for('${GLOBAL}')]
export default electron
export const { ${names.join(', ')} } = electron`
}

function resolveHook(url: string): string {
  return `export const resolve = (name, context, next) =>
  ${NAME}.test(name) ? { url: ${JSON.stringify(url)}, shortCircuit: true } : next(name, context)`
}

function dataUrl(source: string): string {
  return `data:text/javascript,${encodeURIComponent(source)}`
}

type Loader = { _load(name: string, ...rest: unknown[]): unknown }

/** Node has no supported way to do this for CommonJS before version 22.15; `_load` is what others use, too. */
function provideToRequire(electron: unknown): void {
  const loader = module as unknown as Loader
  const load = loader._load
  loader._load = function (name, ...rest) {
    return NAME.test(name) ? electron : load.call(this, name, ...rest)
  }
}

/** Loads a module as `electron -r NAME` does, looked up from the working directory. */
export function preload(name: string): void {
  createRequire(join(process.cwd(), 'electron'))(name)
}
