/**
 * The rooms of each program, in order: a file imports only from its own room and from rooms before it, types included.
 * So the names of the folders, read from the first to the last, tell how the program works; `docs/architecture.md`
 * draws them.
 */
export const ROOMS_IN_ORDER: Readonly<Record<string, readonly string[]>> = {
  proto: [
    'proto/generated',
    'proto/generated/filetransfer',
    'proto/messages',
    'proto/threads',
    'proto',
    'proto/digest',
  ],
  server: [
    'server/base',
    'server/limits',
    'server/names',
    'server/state-folder',
    'server/devices',
    'server/calls',
    'server/bytes',
    'server/ledger',
    'server/store',
    'server/storage',
    'server/sessions',
    'server/upkeep',
    'server/permissions',
    'server/small-files',
    'server/uploads',
    'server/three-rpc',
    'server/cluster',
    'server/store/s3',
    'server/access',
    'server/settings',
    'server/asking',
    'server/occupancy',
    'server/rpc',
    'server/status',
    'server',
  ],
  main: [
    'main/contract',
    'main/contract/locales',
    'main/engine/base',
    'main/engine/flow',
    'main/engine/net',
    'main/engine/source',
    'main/engine/send',
    'main/engine/queue',
    'main/engine',
    'main/notices',
    'main/startup',
    'main/state',
    'main/settings',
    'main/history',
    'main/receivers',
    'main/own-receiver',
    'main/window',
    'main/uploads',
    'main/discovery',
    'main/ipc',
    'main/desktop',
    'main/adding',
    'main',
  ],
  renderer: [
    'renderer/words',
    'renderer/model',
    'renderer/actions',
    'renderer/ui',
    'renderer/receivers',
    'renderer/adding',
    'renderer/queue',
    'renderer/bars',
    'renderer/here',
    'renderer/history',
    'renderer/settings',
    'renderer',
  ],
  cli: ['cli/shared', 'cli/receive', 'cli/pair', 'cli/send', 'cli/selftest', 'cli'],
  'chromium-host': [
    'chromium-host/program',
    'chromium-host/browser',
    'chromium-host/page',
    'chromium-host/modules',
    'chromium-host',
  ],
  bench: ['bench/run', 'bench/peers', 'bench/cases', 'bench/report', 'bench', 'bench/programs'],
}

/** Files of a folder, tests and README included; more than that nobody reads like a table of contents. */
export const LARGEST_ROOM = 25

/** The program that a file belongs to, which is its first folder. */
export function programOf(path: string): string {
  return path.split('/')[0] ?? ''
}

/** Where a folder stands in the order of its program, counted from 0; undefined for one that is not in it. */
export function placeOf(folder: string): number | undefined {
  const place = ROOMS_IN_ORDER[programOf(folder)]?.indexOf(folder) ?? -1
  return place < 0 ? undefined : place
}
