import type { AppSnapshot, UploadSnapshot, UploadStatus } from '../../main/contract/contract.ts'
import type { Preferences } from '../../main/contract/preferences.ts'
import type { KnownReceiver } from '../../main/contract/receivers.ts'
import { givenReason } from '../../proto/reasons.ts'

/** An upload named after its id, of 1000 bytes, waiting. */
export function upload(id: string, rank: number, more: Partial<UploadSnapshot> = {}): UploadSnapshot {
  return {
    id,
    name: `${id}.bin`,
    path: `${id}.bin`,
    sizeBytes: 1000,
    receiver: 'box:50051',
    rank,
    status: waiting,
    ...more,
  }
}

export const waiting: UploadStatus = { kind: 'waiting' }

export function sending(bytesStored: number, bytesPerSecond?: number): UploadStatus {
  return { kind: 'sending', bytesStored, ...(bytesPerSecond !== undefined && { bytesPerSecond }) }
}

export const done: UploadStatus = {
  kind: 'done',
  storedAs: 'x.bin',
  digest: { kind: 'md5', hex: 'd41d8cd98f00b204e9800998ecf8427e' },
  bytesSent: 1000,
  finishedAtMs: 1,
}

export const failed: UploadStatus = { kind: 'failed', reason: givenReason('disk-full'), message: 'The disk is full.' }

const box: KnownReceiver = { id: 'box:50051', name: 'Box', address: 'box:50051', standing: { kind: 'good' } }

const preferences: Preferences = {
  filesAtOnce: 4,
  digest: 'receiver',
  theme: 'system',
  language: 'system',
  notifications: true,
  keepAwake: true,
  tray: false,
  afterDone: 'nothing',
  keepAfterDone: false,
  onConflict: 'keep-both',
  discovery: true,
}

/** A window that has a receiver and these uploads. */
export function appSnapshot(...uploads: readonly UploadSnapshot[]): AppSnapshot {
  return {
    uploads,
    receiver: 'box:50051',
    receivers: [box],
    localReceiver: { kind: 'off', directory: '/in' },
    foundReceivers: [],
    notices: [],
    preferences,
    canSleep: true,
  }
}

/** Makes every later change of a value throw, in maps and sets too. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value) || value instanceof Blob) return value
  if (value instanceof Map || value instanceof Set) {
    const refuse = () => {
      throw new TypeError('Changed a frozen collection')
    }
    Object.assign(value, { set: refuse, add: refuse, delete: refuse, clear: refuse })
    for (const item of value.values()) deepFreeze(item)
  }
  for (const item of Object.values(value)) deepFreeze(item)
  return Object.freeze(value)
}
