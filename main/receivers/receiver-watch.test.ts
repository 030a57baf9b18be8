import { expect, test, vi } from 'vitest'
import type { Reason } from '../../proto/reasons.ts'
import type { UploadSnapshot, UploadStatus } from '../contract/contract.ts'
import type { Probe } from '../engine/net/probe.ts'
import { madePairing } from '../testing/open-receivers.ts'
import type { KeptReceiver } from './kept-receiver.ts'
import { createReceiverWatch, retryWaiting } from './receiver-watch.ts'

const failed = (reason: Reason): UploadStatus => ({ kind: 'failed', reason, message: '' })
const done: UploadStatus = { kind: 'done', storedAs: 'a', bytesSent: 1, finishedAtMs: 1 }

function upload(receiver: string, status: UploadStatus, id = receiver): UploadSnapshot {
  return { id, name: 'a', path: 'a', sizeBytes: 1, receiver, rank: 1, status }
}

async function watching(answer: Probe | Error) {
  const { certificatePem, fingerprint } = await madePairing('NAS')
  const nas: KeptReceiver = {
    id: 'nas',
    name: 'NAS',
    address: 'nas:1',
    security: { kind: 'pinned', certificatePem },
  }
  const reports: unknown[] = []
  let refusals = 0
  const watch = createReceiverWatch({
    receivers: { find: (fits) => [nas].find(fits), report: (id, standing) => reports.push([id, standing]) },
    async probe(): Promise<Probe> {
      if (answer instanceof Error) throw answer
      return answer
    },
    onOwnRefused: () => refusals++,
  })
  return { watch, reports, fingerprint, refusals: () => refusals }
}

test('a receiver that refused this computer is to be paired again, until something arrives there', async () => {
  const { watch, reports } = await watching({ kind: 'plaintext' })
  watch.heed([upload('nas', failed('NOT_PAIRED'))])
  watch.heed([upload('nas', failed('BAD_NAME'))])
  watch.heed([upload('nas', done)])
  expect(reports).toEqual([
    ['nas', { kind: 'not-paired' }],
    ['nas', { kind: 'good' }],
  ])
})

test('[H3] where another one answers, its fingerprint is looked at, whatever it is', async () => {
  const presented = `sha256:${'00'.repeat(32)}` as const
  const other: Probe = { kind: 'tls', certificateDer: Buffer.alloc(0), fingerprint: presented }
  for (const [answer, standing] of [
    [other, { kind: 'identity-changed', presented }],
    [{ kind: 'plaintext' } as const, { kind: 'identity-changed' }],
    [new Error('gone'), { kind: 'identity-changed' }],
  ] as const) {
    const { watch, reports } = await watching(answer)
    watch.heed([upload('nas', failed('IDENTITY_CHANGED'))])
    await vi.waitFor(() => expect(reports).toEqual([['nas', standing]]))
  }
})

test('the receiver on this computer is paired anew by the app itself', async () => {
  const { watch, reports, refusals } = await watching({ kind: 'plaintext' })
  watch.heed([upload('this-computer', failed('NOT_PAIRED'))])
  expect([reports, refusals()]).toEqual([[], 1])
})

test('only what waits for that receiver goes on once it can be sent to', () => {
  const uploads = [
    upload('nas', failed('NOT_PAIRED'), '1'),
    upload('nas', failed('BAD_NAME'), '2'),
    upload('box', failed('NOT_PAIRED'), '3'),
    upload('nas', failed('RECEIVER_FORGOTTEN'), '4'),
    upload('nas', failed('IDENTITY_CHANGED'), '5'),
  ]
  const retried: (readonly string[])[] = []
  retryWaiting({ list: () => uploads, retry: (ids) => retried.push(ids) }, 'nas')
  expect(retried).toEqual([['1', '4']])
})
