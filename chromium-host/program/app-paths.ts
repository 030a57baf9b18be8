import { mkdirSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { isAbsolute, join } from 'node:path'

type PathName =
  | 'home'
  | 'appData'
  | 'userData'
  | 'sessionData'
  | 'temp'
  | 'exe'
  | 'module'
  | 'logs'
  | 'crashDumps'
  | Folder
type Folder = 'desktop' | 'documents' | 'downloads' | 'music' | 'pictures' | 'videos'

const FOLDERS: Record<Folder, string> = {
  desktop: 'Desktop',
  documents: 'Documents',
  downloads: 'Downloads',
  music: 'Music',
  pictures: 'Pictures',
  videos: 'Videos',
}

/** The folders Electron knows by name, as on Linux, with those the app has moved. */
export class AppPaths {
  readonly #moved = new Map<string, string>()
  readonly #appName: () => string

  constructor(appName: () => string) {
    this.#appName = appName
  }

  /** Absolute path of `name`. Throws for names that Electron or Linux does not have. */
  get(name: string): string {
    return this.#moved.get(name) ?? this.#default(name as PathName)
  }

  /** Moves `name`; the folder is made when missing, as Electron does. */
  set(name: string, path: string): void {
    if (!isAbsolute(path)) throw new Error('Path must be absolute')
    mkdirSync(path, { recursive: true })
    this.#moved.set(name, path)
  }

  #default(name: PathName): string {
    switch (name) {
      case 'home':
        return homedir()
      case 'appData':
        return process.env.XDG_CONFIG_HOME || join(homedir(), '.config')
      case 'userData':
        return join(this.get('appData'), this.#appName())
      case 'sessionData':
        return this.get('userData')
      case 'logs':
        return join(this.get('userData'), 'logs')
      case 'crashDumps':
        return join(this.get('userData'), 'Crashpad')
      case 'temp':
        return tmpdir()
      case 'exe':
      case 'module':
        return process.execPath
      default:
        if (!(name in FOLDERS)) throw new Error(`Failed to get '${name}' path`)
        return join(homedir(), FOLDERS[name])
    }
  }
}
