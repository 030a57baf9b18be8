/**
 * Completes package-lock.json with optional packages for other platforms. npm leaves out those that the registry in use
 * does not have, and then refuses the file in `npm ci`; a lock file written on one machine must install on every other.
 * Run after `npm install`.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

type LockedPackage = {
  version?: string
  cpu?: string[]
  dev?: boolean
  libc?: string[]
  optional?: boolean
  os?: string[]
  optionalDependencies?: Record<string, string>
}

const file = join(import.meta.dirname, '../package-lock.json')
const lock = JSON.parse(readFileSync(file, 'utf8')) as { packages: Record<string, LockedPackage> }

/** The platform a package of this name is for, as such packages are named: `…-linux-x64-musl`, `…-darwin-arm64`. */
function platformOf(name: string): Pick<LockedPackage, 'os' | 'cpu' | 'libc'> | undefined {
  const [, os, cpu, abi = ''] = /(android|darwin|freebsd|linux|openharmony|win32)-(\w+?)(?:-(\w+))?$/.exec(name) ?? []
  if (os === undefined || cpu === undefined) return undefined
  const libc = os === 'linux' ? { libc: [abi.startsWith('musl') ? 'musl' : 'glibc'] } : {}
  return { cpu: [cpu], ...libc, os: [os] }
}

let added = 0
for (const { dev, optionalDependencies = {} } of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    const platform = platformOf(name)
    if (lock.packages[`node_modules/${name}`] !== undefined || platform === undefined) continue
    const place = { version, ...platform, optional: true, ...(dev === true && { dev }) }
    lock.packages[`node_modules/${name}`] = place
    added += 1
  }
}
const [root, ...rest] = Object.entries(lock.packages)
const sorted = rest.sort(([a], [b]) => (a < b ? -1 : 1))
lock.packages = Object.fromEntries(root === undefined ? sorted : [root, ...sorted])
writeFileSync(file, `${JSON.stringify(lock, undefined, 2)}\n`)
console.log(added === 0 ? 'The lock file was complete.' : `Added ${added} packages for other platforms.`)
