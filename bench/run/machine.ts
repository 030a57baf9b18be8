import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { cpus, release, totalmem, type } from 'node:os'
import { basename, join } from 'node:path'
import type { Machine } from './section.ts'
import { GIB } from './workload.ts'

const ROOT = join(import.meta.dirname, '../..')

/** The machine this runs on; `folder` tells which disk matters. */
export function describeMachine(folder: string): Machine {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGib: Math.round(totalmem() / GIB),
    system: `${distribution()}, ${type()} ${release()}`,
    node: process.version,
    disk: describeDisk(folder),
  }
}

function distribution(): string {
  const file = '/etc/os-release'
  return (existsSync(file) && /^PRETTY_NAME="(.*)"$/m.exec(readFileSync(file, 'utf8'))?.[1]) || process.platform
}

function describeDisk(folder: string): string {
  const [device = '', fileSystem = 'unknown'] = firstLine('findmnt', '-no', 'SOURCE,FSTYPE', '-T', folder).split(/\s+/)
  const file = `/sys/class/block/${basename(device)}/queue/rotational`
  if (!existsSync(file)) return fileSystem
  // A virtual disk tells what its host wants it to tell.
  const kind = /^(?:xvd|vd)/.test(basename(device)) ? 'a virtual disk, ' : ''
  const says = readFileSync(file, 'utf8').trim() === '1' ? 'says that it rotates' : 'says that it does not rotate'
  return `${fileSystem} on ${basename(device)}, ${kind}which ${says}`
}

/** What each peer runs, as it tells itself. */
export function versionsOf(peers: readonly string[]): Record<string, string> {
  const names = new Set(peers)
  const has = (name: string): boolean => names.has(name)
  return {
    longshore: `${packageVersion(join(ROOT, 'package.json'))} at ${firstLine('git', '-C', ROOT, 'rev-parse', '--short', 'HEAD')}`,
    '@grpc/grpc-js': installed('@grpc/grpc-js'),
    ...(has('tus') && { 'tus-js-client': installed('tus-js-client'), '@tus/server': installed('@tus/server') }),
    ...(has('nginx') && { nginx: nginxVersion(), curl: firstLine('curl', '--version').split(' ')[1] ?? '' }),
    ...(has('rsync') && { rsync: firstLine('rsync', '--version').split(/\s+/)[2] ?? '' }),
    ...(has('sdk') && {
      '@aws-sdk/client-s3': installed('@aws-sdk/client-s3'),
      redis: firstLine('redis-server', '--version').split(/[ =]/)[3] ?? '',
      radosgw: firstLine('radosgw', '--version').split(' ')[2] ?? '',
    }),
    ...(has('rclone') && { rclone: firstLine('rclone', 'version').split(' ')[1] ?? '' }),
  }
}

function installed(name: string): string {
  return packageVersion(join(ROOT, 'node_modules', name, 'package.json'))
}

function packageVersion(file: string): string {
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}

/** It tells on standard error. */
function nginxVersion(): string {
  const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` }
  return /nginx\/(\S+)/.exec(spawnSync('nginx', ['-v'], { env, encoding: 'utf8' }).stderr)?.[1] ?? 'unknown'
}

function firstLine(program: string, ...args: readonly string[]): string {
  return spawnSync(program, args, { encoding: 'utf8' }).stdout?.split('\n')[0] ?? ''
}
