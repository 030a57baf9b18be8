import { expect, test } from 'vitest'
import { ReceiveError } from '../base/errors.ts'
import type { KnownDevice } from '../devices/known-device.ts'
import type { UploadRecord } from '../ledger/ledger.ts'
import { permissionsOf } from '../permissions/permissions.ts'
import { Quotas } from '../permissions/quotas.ts'
import type { Session } from '../sessions/session.ts'
import type { Waiting } from '../sessions/waiting.ts'
import { allowedSince, finishAllowed, followRights } from './current-rights.ts'

const record: UploadRecord = {
  fileId: '0',
  origin: { kind: 'begun', uploadKey: 'k'.repeat(16) },
  owner: 'a',
  path: ['before', 'x'],
  askedPath: ['x'],
  sizeBytes: 5,
  modifiedAtMs: undefined,
  onConflict: 'OVERWRITE',
  generation: 1,
  state: { kind: 'receiving' },
}

/** An upload whose device's rights the test changes. `revoke` ends them. */
async function scene() {
  let device: KnownDevice | undefined = { id: 'a', name: 'a', mayOverwrite: true, folder: ['before'] }
  const { heldBelow } = { async *heldBelow() {} }
  const quotas = new Quotas({ heldBelow })
  quotas.follow(() => new Map(device && [['a', device]]))
  const now = () => {
    if (device === undefined) throw new ReceiveError('NO_TOKEN', 'Revoked.')
    return device
  }
  const caller = { kind: 'device', device: now() } as const
  const permissions = permissionsOf({ caller, address: '', deviceNow: now, mustBeValid: () => void now() }, quotas)
  await permissions.reserve(record)
  return {
    permissions,
    change: (rights: Partial<KnownDevice>) => {
      device = { ...now(), ...rights }
    },
    revoke: () => {
      device = undefined
    },
  }
}

type Scene = Awaited<ReturnType<typeof scene>>

const changes: [string, string, (scene: Scene) => void][] = [
  ['the right to replace is lost', 'NOT_ALLOWED', ({ change }) => change({ mayOverwrite: false })],
  ['the folder is another one', 'BUSY', ({ change }) => change({ folder: ['after'] })],
  ['a quota appears', 'BUSY', ({ change }) => change({ quotaBytes: 5 })],
  ['the device is revoked', 'NO_TOKEN', ({ revoke }) => revoke()],
]

test.each(changes)('%s while a file is verified: it is not stored, and its sender told %s', async (_, code, act) => {
  const known = await scene()
  let outcome: unknown
  const session = {
    record,
    isOpen: true,
    async finish(_expected: undefined, _generation: number, { mustBeAllowed }: Waiting) {
      mustBeAllowed?.(record)
      act(known)
      outcome = codeOf(() => mustBeAllowed?.(record))
    },
  } as unknown as Session
  await finishAllowed(known.permissions, session, undefined, 1)
  expect(outcome).toBe(code)
})

test.each(changes)(
  '%s while a small file waits for its turn: it is not stored, and its sender told %s',
  async (_, code, act) => {
    const known = await scene()
    const mustBeAllowed = allowedSince(known.permissions, record)
    expect(codeOf(mustBeAllowed)).toBe('')
    act(known)
    expect(codeOf(mustBeAllowed)).toBe(code)
  },
)

function codeOf(act: () => void): string {
  try {
    act()
    return ''
  } catch (error) {
    return (error as ReceiveError).code
  }
}

test('an upload that is cancelled while its room is looked for keeps none', async () => {
  const { permissions, change } = await scene()
  change({ folder: ['after'] })
  let isOpen = true
  const rename = async () => expect.unreachable('It is renamed.')
  const session = {
    record,
    rename,
    get isOpen() {
      return isOpen
    },
  } as unknown as Session
  const following = followRights(permissions, session)
  isOpen = false
  await following
  expect(permissions.isReserved({ ...record, path: ['after', 'x'] })).toBe(false)
})
