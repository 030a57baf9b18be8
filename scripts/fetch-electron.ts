import { spawn } from 'node:child_process'
import { connect } from 'node:net'
import { join } from 'node:path'
import { electronBinary } from './electron-binary.ts'

const INSTALLER = join(import.meta.dirname, '../node_modules/electron/install.js')
/** Nobody should wait longer than this to learn that there is no network, ms. */
const REACH_MS = 3000

/**
 * Downloads Electron's executable if its host can be reached; resolves with where it is, or undefined. Never rejects.
 */
export async function fetchElectron(announce: () => void): Promise<string | undefined> {
  if (!(await canReach(downloadHost()))) return undefined
  announce()
  // Its own output is a stack trace when it fails; what matters is whether the executable is there afterwards.
  const installer = spawn(process.execPath, [INSTALLER], { stdio: 'ignore' })
  await new Promise<void>((resolve) => installer.once('close', () => resolve()).once('error', () => resolve()))
  return electronBinary()
}

/** Where @electron/get downloads from. */
function downloadHost(): URL {
  const mirror = process.env.ELECTRON_MIRROR ?? process.env.npm_config_electron_mirror
  return new URL(mirror && URL.canParse(mirror) ? mirror : 'https://github.com/')
}

/** Whether something at `url`'s host accepts connections. */
function canReach({ protocol, hostname, port }: URL): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port) || (protocol === 'http:' ? 80 : 443) })
    const answer = (isReached: boolean) => (): void => {
      clearTimeout(impatience)
      socket.destroy()
      resolve(isReached)
    }
    // Name resolution counts as well, which a timeout of the socket's own would not cover.
    const impatience = setTimeout(answer(false), REACH_MS)
    socket.once('connect', answer(true)).once('error', answer(false))
  })
}
