import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'

/** What later versions of Node are tested; the oldest that is supported runs everything else. */
export const LATER_NODES = ['22', '24', '26'] as const

const SYSTEMS: Readonly<Record<string, string>> = { linux: 'linux', darwin: 'darwin', win32: 'win' }

/** The package of the registry that has Node for a system; undefined when there is none. */
export function packageOfNode(platform: string = process.platform, arch: string = process.arch): string | undefined {
  const system = SYSTEMS[platform]
  return system !== undefined && ['x64', 'arm64'].includes(arch) ? `node-${system}-${arch}` : undefined
}

/**
 * A Node of this major version for this system. It is taken from the registry once, into a folder that git ignores.
 *
 * @returns the path of its executable.
 * @throws when there is none for this system, or npm cannot get it.
 */
export function nodeOf(major: string): string {
  const name = packageOfNode()
  if (name === undefined) throw new Error(`The registry has no Node for ${process.platform} on ${process.arch}.`)
  const folder = join(import.meta.dirname, '../node_modules/.cache/longshore-node', major)
  const executable = join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (!existsSync(executable)) {
    mkdirSync(folder, { recursive: true })
    const flags = ['--no-save', '--no-audit', '--no-fund', '--loglevel=error']
    // npm is a script on Windows, which only a shell starts.
    execFileSync('npm', ['install', '--prefix', folder, ...flags, `${name}@${major}`], {
      stdio: ['ignore', 'ignore', 'inherit'],
      shell: process.platform === 'win32',
    })
  }
  return executable
}
