import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'

/** A real object store of its own, on loopback: Ceph with one monitor, one disk in memory and its S3 gateway. */
export type RunningRadosgw = {
  readonly endpoint: string
  /** What may be done there, as the environment of a program has it. */
  readonly credentials: { readonly AWS_ACCESS_KEY_ID: string; readonly AWS_SECRET_ACCESS_KEY: string }
  stop(): Promise<void>
}

const PROGRAMS = ['ceph-mon', 'ceph-osd', 'radosgw', 'radosgw-admin', 'monmaptool', 'ceph']
export const hasRadosgw = PROGRAMS.every((program) => spawnSync(program, ['--version']).status === 0)

const STARTS_WITHIN_MS = 90_000
const KEY = 'longshore'
const SECRET = 'longshore-secret'

const run = promisify(execFile)

/**
 * @param folder a short path: Ceph puts sockets there. What is stored is in memory and gone when it stops.
 * @param ports two free ones, for the gateway and for the monitor.
 * @throws Error when it does not start; Debian's packages `radosgw`, `ceph-mon` and `ceph-osd` have it.
 */
export async function startRadosgw(
  folder: string,
  { gateway, monitor }: { readonly gateway: number; readonly monitor: number },
): Promise<RunningRadosgw> {
  for (const name of ['mon.a', 'osd.0', 'run', 'log', 'rgw']) await mkdir(join(folder, name), { recursive: true })
  const file = join(folder, 'ceph.conf')
  await writeFile(file, configuration(folder, gateway, monitor))
  const conf = ['-c', file]
  const running: ChildProcess[] = []
  const daemon = (program: string, ...args: string[]) => {
    running.push(spawn(program, [...conf, '-f', ...args], { stdio: 'ignore' }))
  }
  const stop = async () => {
    for (const child of running.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    }
  }
  try {
    const map = join(folder, 'monmap')
    await run('monmaptool', ['--create', '--clobber', '--addv', 'a', `[v2:127.0.0.1:${monitor}]`, map])
    await run('ceph-mon', [...conf, '-i', 'a', '--mkfs', '--monmap', map])
    daemon('ceph-mon', '-i', 'a')
    const osd = randomUUID()
    await run('ceph', [...conf, 'osd', 'new', osd], { timeout: STARTS_WITHIN_MS })
    await run('ceph-osd', [...conf, '-i', '0', '--mkfs', '--osd-uuid', osd])
    daemon('ceph-osd', '-i', '0')
    daemon('radosgw', '-n', 'client.rgw.a')
    const endpoint = `http://127.0.0.1:${gateway}`
    await untilAnswering(endpoint, running)
    const user = ['user', 'create', '--uid=longshore', '--display-name=Longshore']
    await run('radosgw-admin', [...conf, ...user, `--access-key=${KEY}`, `--secret-key=${SECRET}`])
    return { endpoint, credentials: { AWS_ACCESS_KEY_ID: KEY, AWS_SECRET_ACCESS_KEY: SECRET }, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function untilAnswering(endpoint: string, daemons: readonly ChildProcess[]): Promise<void> {
  for (const untilMs = performance.now() + STARTS_WITHIN_MS; performance.now() < untilMs; await delay(100)) {
    const ended = daemons.find(({ exitCode }) => exitCode !== null)
    if (ended !== undefined) throw new Error(`${ended.spawnfile} ended with ${ended.exitCode}.`)
    const answer = await fetch(endpoint).catch(() => undefined)
    if (answer !== undefined) return
  }
  throw new Error(`radosgw does not answer at ${endpoint} after ${STARTS_WITHIN_MS} ms.`)
}

/** One machine, no keys between its parts, nothing kept twice: good for tests, and for nothing else. */
function configuration(folder: string, gateway: number, monitor: number): string {
  return `
[global]
fsid = ${randomUUID()}
mon_initial_members = a
mon_host = v2:127.0.0.1:${monitor}
ms_bind_msgr1 = false
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
run_dir = ${folder}/run
log_file = ${folder}/log/$name.log
log_to_stderr = false
err_to_stderr = false
mon_cluster_log_file = ${folder}/log/cluster.log
admin_socket = ${folder}/run/$name.asok
pid_file = ${folder}/run/$name.pid
crash_dir = ${folder}/crash
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 4
osd_pool_default_pgp_num = 4
osd_pool_default_pg_autoscale_mode = off
mon_allow_pool_size_one = true
mon_warn_on_pool_no_redundancy = false
mon_max_pg_per_osd = 1000
osd_crush_chooseleaf_type = 0
mon_data_avail_crit = 1
mon_data_avail_warn = 2
[mon]
mon_data = ${folder}/mon.a
[osd]
osd_data = ${folder}/osd.0
osd_objectstore = memstore
memstore_device_bytes = 4294967296
osd_memory_target = 939524096
osd_class_load_list = *
osd_class_default_list = *
[client.rgw.a]
ms_mon_client_mode = crc
rgw_frontends = beast endpoint=127.0.0.1:${gateway} tcp_nodelay=1
rgw_data = ${folder}/rgw
rgw_enable_usage_log = false
rgw_gc_obj_min_wait = 5
rgw_gc_processor_period = 5
rgw_gc_processor_max_time = 5
rgw_dns_name = localhost
rgw_thread_pool_size = 64
`
}
