import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { everyFile, ROOT, sources, sourceText } from '../support/sources.ts'
import { circles, importsOf } from './imports.ts'
import { LARGEST_ROOM, placeOf, programOf, ROOMS_IN_ORDER } from './rooms.ts'

/** Every module that every program may use. */
const node = /^node:/

/**
 * What each room may import; the first row that fits a file decides. A path is relative to the repository, anything
 * else is a package. The two seams are proto/ between a sender and a receiver, and between the app and the receiver
 * that it runs; and main/contract/contract.ts between the window and the main process.
 */
const mayImport: readonly (readonly [room: RegExp, allowed: readonly RegExp[]])[] = [
  [/^main\/contract\/question\.ts$/, []],
  [/^main\/contract\/(preferences|history)\.ts$/, [/^proto\/digests\.ts$/]],
  [/^main\/contract\/stops\.ts$/, [/^proto\/(reasons|shortage)\.ts$/]],
  [/^main\/contract\/receivers\.ts$/, [/^main\/contract\/stops\.ts$/, /^proto\/own-receiver\.ts$/]],
  [/^main\/contract\/locales\//, [/^main\/contract\/(locales\/|preferences\.ts$)/, /^i18next$/]],
  [/^main\/contract\//, [/^main\/contract\//, /^proto\/digests\.ts$/]],
  [/^main\/ipc\/preload\.ts$/, [/^main\/contract\//, /^electron$/]],
  [/^main\/engine\//, [/^main\/(engine|contract)\//, /^proto\//, node, /^@grpc\/grpc-js$/, /^hash-wasm$/]],
  [/^main\/discovery\//, [/^main\//, /^proto\//, node, /^dns-packet$/]],
  [
    /^main\//,
    [
      /^main\//,
      /^proto\/(identity|limits|own-receiver|pairing|reasons|shortage|token)\.ts$/,
      /^proto\/digest\/(digest-forms|checksum-lines)\.ts$/,
      node,
      /^electron(-store)?$/,
    ],
  ],
  [
    /^renderer\//,
    [
      /^renderer\//,
      /^main\/contract\//,
      /^react(-dom|-i18next)?(\/|$)/,
      /^zustand/,
      /^i18next$/,
      /^@tanstack\/react-virtual$/,
      /^@radix-ui\/react-context-menu$/,
      /^uplot$/,
      /^qrcode$/,
    ],
  ],
  [/^server\/rpc\/contract-files\.ts$/, [/^proto\//, /^@grpc\/proto-loader$/]],
  [
    /^server\//,
    [
      /^server\//,
      /^proto\//,
      node,
      /^@grpc\/grpc-js$/,
      /^(@aws-sdk\/client-s3|@redis\/client|classic-level|commander|dns-packet|hash-wasm|pino|prom-client|qrcode|selfsigned|yaml)$/,
    ],
  ],
  [
    /^cli\//,
    [
      /^cli\//,
      /^main\/(contract\/(contract|preferences)|discovery\/discovery|discovery\/discovery-networks)\.ts$/,
      /^main\/engine\/(engine|base\/errors|flow\/(stages|throttle)|source\/digest|send\/(outgoing-chunks|send-chunks))\.ts$/,
      /^main\/engine\/net\/(receiver-address|connection|introduction|diagnosis|pair|probe)\.ts$/,
      /^server\/(receive-command|receiver|qr-code|base\/(errors|printable)|names\/safe-path|upkeep\/verify)\.ts$/,
      /^server\/(devices\/(device|identity|listening)|access\/pairing)\.ts$/,
      /^server\/state-folder\/(doubt|owner|pid-lock|private-file|private-folder)\.ts$/,
      /^proto\/(digests|identity|limits|pairing|reasons|shortage)\.ts$/,
      /^proto\/digest\/(digest-forms|checksum-lines)\.ts$/,
      node,
      /^(commander|cli-progress|env-paths)$/,
    ],
  ],
  [/^chromium-host\//, [/^chromium-host\//, node, /^electron(\/(main|common))?$/]],
  [/^proto\/threads\//, [/^proto\/threads\//, node]],
  [/^proto\/(multicast|network)\.ts$/, [/^proto\//, node, /^dns-packet$/]],
  [/^proto\/services/, [/^proto\//, /^@grpc\//, /^protobufjs\/light\.js$/]],
  [/^proto\/digest\//, [/^proto\//, /^node:crypto$/, /^hash-wasm$/]],
  [/^proto\//, [/^proto\//, /^@grpc\//, /^node:crypto$/]],
]

/** The sources of every program whose rooms stand in an order. */
const inOrder = [...sources(), ...sources(['bench'])]

test('every import stays inside what its room may use', () => {
  const strays = sources().flatMap((file) => {
    const rule = mayImport.find(([room]) => room.test(file))
    return importsOf(file).filter(({ to }) => !rule?.[1].some((allowed) => allowed.test(to)))
  })
  expect(strays.map(({ from, to }) => `${from} may not import ${to}: see what its room may use.`)).toEqual([])
})

test('a room imports only from those before it, types included', () => {
  const wrongWay = inOrder.flatMap(importsOf).filter(({ from, to }) => {
    const [user, used] = [placeOf(dirname(from)), placeOf(dirname(to))]
    return programOf(from) === programOf(to) && user !== undefined && used !== undefined && used > user
  })
  expect(
    wrongWay.map(
      ({ from, to }) =>
        `${from} imports ${to}, but ${dirname(from)} comes before ${dirname(to)}: move what it needs down, or hand it in.`,
    ),
  ).toEqual([])
})

test('every folder with sources has its place in the order', () => {
  const folders = new Set(inOrder.map((file) => dirname(file)))
  expect([...folders].filter((folder) => placeOf(folder) === undefined)).toEqual([])
  const rooms = Object.values(ROOMS_IN_ORDER).flat()
  expect(rooms.filter((room) => !existsSync(join(ROOT, room)))).toEqual([])
})

test('no files need one another in a circle, types included', () => {
  const imports = new Map(inOrder.map((file) => [file, importsOf(file).map(({ to }) => to)]))
  expect(circles(imports).map((way) => way.join(' -> '))).toEqual([])
})

test('no folder has more files than a person reads like a table of contents', () => {
  const counts = new Map<string, number>()
  for (const file of everyFile()) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1)
  const large = [...counts].filter(([folder, count]) => count > LARGEST_ROOM && !folder.startsWith('proto/generated'))
  expect(large.map(([folder, count]) => `${folder} has ${count} files; at most ${LARGEST_ROOM}.`)).toEqual([])
})

test('only one file of each room touches what the room hides', () => {
  const touches = (pattern: RegExp, within: RegExp): string[] =>
    sources().filter((file) => within.test(file) && pattern.test(sourceText(file)))
  expect(touches(/\bwindow\.longshore\b/, /^renderer\//)).toEqual(['renderer/api.ts'])
  expect(touches(/\bipcMain\b/, /^main\//)).toEqual(['main/ipc/ipc.ts'])
  expect(touches(/\.uploadChunks\(/, /^main\//)).toEqual(['main/engine/net/connection.ts'])
  expect(touches(/rejectUnauthorized: false/, /^(main|server|cli|proto)\//)).toEqual(['main/engine/net/probe.ts'])
  expect(touches(/\bprocess\.env\b/, /^(main|server|cli)\//)).toEqual([
    'cli/shared/environment.ts',
    'main/index.ts',
    'server/base/environment.ts',
    'server/store/s3/sdk-warning.ts',
  ])
})

test('the table is not blind: it sees the imports that are there', () => {
  expect(importsOf('main/engine/net/connection.ts').map(({ to }) => to)).toContain('@grpc/grpc-js')
  expect(importsOf('main/engine/queue/entries.ts').map(({ to }) => to)).toContain('main/engine/base/status.ts')
  expect(sources().length).toBeGreaterThan(100)
  expect(everyFile()).toContain('test/house/architecture.test.ts')
  expect(
    circles(
      new Map([
        ['a', ['b']],
        ['b', ['c']],
        ['c', ['b']],
      ]),
    ),
  ).toEqual([['b', 'c', 'b']])
  expect(placeOf('server/base')).toBeLessThan(placeOf('server/rpc') ?? 0)
})
