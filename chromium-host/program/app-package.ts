import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/** Where an app is and what its package.json says about it. */
export type AppPackage = {
  /** Absolute folder of the package, what `app.getAppPath()` answers. */
  readonly path: string
  /** Absolute path of the main module. */
  readonly main: string
  readonly name: string
  readonly version: string
}

/** Finds the app that `target`, a folder or a main file, names. Throws a sentence when there is none. */
export function findAppPackage(target: string): AppPackage {
  const path = resolve(target)
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory()
  if (isFolder === undefined) throw new Error(`There is no app at ${path}`)
  const root = isFolder ? path : packageFolderAbove(dirname(path))
  const manifest = readManifest(join(root, 'package.json'))
  const main = isFolder ? join(path, manifest.main ?? 'index.js') : path
  if (!existsSync(main)) throw new Error(`The app at ${root} has no ${main}; was it built?`)
  return {
    path: root,
    main,
    name: manifest.productName ?? manifest.name ?? 'Electron',
    version: manifest.version ?? '0.0.0',
  }
}

type Manifest = Partial<Record<'main' | 'name' | 'productName' | 'version', string>>

function readManifest(file: string): Manifest {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}
}

function packageFolderAbove(start: string): string {
  for (let folder = start; folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder
  }
  return start
}
