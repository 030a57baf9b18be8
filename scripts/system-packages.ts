import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { findChromium } from '../chromium-host/browser/find-chromium.ts'

/** A package by its Debian name. */
export type SystemPackage =
  | 'chromium'
  | 'xvfb'
  | 'x11-utils'
  | 'python3-grpcio'
  | 'python3-grpc-tools'
  | 'nginx'
  | 'libnginx-mod-stream'
  | 'redis-server'
  | 'xxhash'
  | 'radosgw'
  | 'ceph-mon'
  | 'ceph-osd'
  | 'curl'
  | 'rsync'
  | 'rclone'
  | 'fonts-wqy-microhei'
  | 'openjdk-17-jdk-headless'
  | 'protobuf-compiler'
  | 'protobuf-compiler-grpc-java-plugin'
  | 'libgrpc-java'
  | 'libnetty-java'
  | 'libprotobuf-java'
  | 'libguava-java'
  | 'libperfmark-java'
  | 'libgeronimo-annotation-1.3-spec-java'

/** What examples/java is built with. */
export const JAVA_PACKAGES: readonly SystemPackage[] = [
  'openjdk-17-jdk-headless',
  'protobuf-compiler',
  'protobuf-compiler-grpc-java-plugin',
  'libgrpc-java',
  'libnetty-java',
  'libprotobuf-java',
  'libguava-java',
  'libperfmark-java',
  'libgeronimo-annotation-1.3-spec-java',
]

export type Ensured =
  | { readonly kind: 'present' }
  /** They were missing and are there now. */
  | { readonly kind: 'installed' }
  /** `advice` is a sentence that tells what to run. */
  | { readonly kind: 'missing'; readonly advice: string }

/** What tells that a package is there: what it brings, however that came here. */
const CHECKS: Readonly<Record<SystemPackage, () => boolean>> = {
  chromium: () => findChromium() !== undefined,
  xvfb: () => isOnPath('xvfb-run'),
  'x11-utils': () => isOnPath('xwininfo'),
  'python3-grpcio': () => canImport('grpc'),
  'python3-grpc-tools': () => canImport('grpc_tools'),
  // Debian keeps it where only root looks.
  nginx: () => isOnPath('nginx') || isFile('/usr/sbin/nginx'),
  'libnginx-mod-stream': () => isFile('/usr/lib/nginx/modules/ngx_stream_module.so'),
  'redis-server': () => isOnPath('redis-server'),
  xxhash: () => isOnPath('xxhsum'),
  radosgw: () => isOnPath('radosgw'),
  'ceph-mon': () => isOnPath('ceph-mon'),
  'ceph-osd': () => isOnPath('ceph-osd'),
  curl: () => isOnPath('curl'),
  rsync: () => isOnPath('rsync'),
  rclone: () => isOnPath('rclone'),
  'fonts-wqy-microhei': canShowChinese,
  'openjdk-17-jdk-headless': () => isOnPath('javac'),
  'protobuf-compiler': () => isOnPath('protoc'),
  'protobuf-compiler-grpc-java-plugin': () => isOnPath('grpc_java_plugin'),
  'libgrpc-java': () => isJar('grpc-netty'),
  'libnetty-java': () => isJar('netty-codec-http2'),
  'libprotobuf-java': () => isJar('protobuf'),
  'libguava-java': () => isJar('guava'),
  'libperfmark-java': () => isJar('perfmark-api'),
  'libgeronimo-annotation-1.3-spec-java': () => isJar('geronimo-annotation-1.3-spec'),
}

/** Any font will do that has the characters; where nothing can tell of fonts, there is nothing to be seen either. */
function canShowChinese(): boolean {
  return spawnSync('fc-list', [':lang=zh-cn', 'file'], { encoding: 'utf8' }).stdout?.includes('/') === true
}

/** The system's own Python is the one for which the system's packages are. */
function canImport(module: string): boolean {
  return spawnSync('/usr/bin/python3', ['-c', `import ${module}`], { stdio: 'ignore' }).status === 0
}

/** How a package manager is asked by hand, and what it calls our packages where that differs. */
const MANAGERS: readonly {
  readonly program: string
  readonly command: string
  readonly names: Readonly<Partial<Record<SystemPackage, string>>>
}[] = [
  { program: 'apt-get', command: 'sudo apt-get install', names: {} },
  {
    program: 'dnf',
    command: 'sudo dnf install',
    names: {
      xvfb: 'xorg-x11-server-Xvfb',
      'x11-utils': 'xorg-x11-utils',
      'redis-server': 'redis',
      'fonts-wqy-microhei': 'wqy-microhei-fonts',
    },
  },
  {
    program: 'pacman',
    command: 'sudo pacman -S',
    names: {
      xvfb: 'xorg-server-xvfb',
      'x11-utils': 'xorg-xwininfo',
      'python3-grpcio': 'python-grpcio',
      'python3-grpc-tools': 'python-grpcio-tools',
      'redis-server': 'redis',
      'fonts-wqy-microhei': 'wqy-microhei',
    },
  },
]

/** Looks for `names` and installs nothing. */
export function findSystemPackages(names: readonly SystemPackage[]): Exclude<Ensured, { readonly kind: 'installed' }> {
  const missing = names.filter((name) => !CHECKS[name]())
  return missing.length === 0 ? { kind: 'present' } : { kind: 'missing', advice: advise(missing) }
}

/**
 * Sees to it that `names` are there: looks for them, installs what is missing on Debian as root, else says what to run.
 */
export function ensureSystemPackages(names: readonly SystemPackage[]): Ensured {
  const missing = names.filter((name) => !CHECKS[name]())
  if (missing.length === 0) return { kind: 'present' }
  if (!isOnPath('apt-get') || process.getuid?.() !== 0) return { kind: 'missing', advice: advise(missing) }
  const output = installWithApt(missing)
  const left = missing.filter((name) => !CHECKS[name]())
  if (left.length === 0) return { kind: 'installed' }
  return { kind: 'missing', advice: `${left.join(' and ')} could not be installed: ${lastLine(output)}` }
}

/** Installs quietly; package lists are fetched only when those at hand do not do. Returns what apt-get wrote. */
function installWithApt(packages: readonly SystemPackage[]): string {
  const install = ['install', '-y', '-qq', '--no-install-recommends', ...packages]
  const first = apt(install)
  if (first.isDone) return first.output
  const update = apt(['update', '-qq'])
  return update.isDone ? apt(install).output : update.output
}

function apt(args: readonly string[]): { readonly isDone: boolean; readonly output: string } {
  // What tests run, they start themselves: no service of the machine may begin to run because of them.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', SYSTEMD_OFFLINE: '1', RUNLEVEL: '1' }
  const { status, stdout, stderr } = spawnSync('apt-get', args, { env, encoding: 'utf8' })
  return { isDone: status === 0, output: `${stdout}${stderr}` }
}

function advise(missing: readonly SystemPackage[]): string {
  const manager = MANAGERS.find(({ program }) => isOnPath(program))
  if (!manager) return `Please install ${missing.join(' and ')} with this system's package manager.`
  return `Please run: ${manager.command} ${missing.map((name) => manager.names[name] ?? name).join(' ')}`
}

/** Whether a program of this name can be started. */
export function isOnPath(program: string): boolean {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return folders.some((folder) => isFile(join(folder, program)))
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true
}

/** Where examples/java looks for what it is compiled against, which is where Debian keeps it. */
function isJar(name: string): boolean {
  return isFile(`/usr/share/java/${name}.jar`)
}

function lastLine(output: string): string {
  return output.trim().split('\n').at(-1) ?? ''
}
