import { expect, test } from 'vitest'
import { defaultPreferences } from '../settings/preference-checks.ts'
import { record } from '../testing/open-uploads.ts'
import { adoptUnencryptedReceivers } from './unencrypted-receivers.ts'

async function adopted(plainReceiver: string | undefined, waitedFor: readonly string[]) {
  const changes: unknown[] = []
  const kept: string[] = []
  const told: string[] = []
  await adoptUnencryptedReceivers(
    {
      get: () => ({
        ...defaultPreferences('linux'),
        discovery: true,
        onConflict: 'keep-both',
        receivingFolder: '/in',
        ...(plainReceiver !== undefined && { plainReceiver }),
      }),
      change: (patch) => changes.push(patch),
    },
    { list: async () => waitedFor.map((receiver) => record('a', { receiver })) },
    {
      keepPlaintext(address) {
        kept.push(address)
        return { id: address, name: address, address, security: { kind: 'plaintext' } }
      },
    },
    (message) => told.push(message),
  )
  return { changes, kept, told }
}

test('addresses of an earlier version go on without encryption, each with a notice, and are adopted once', async () => {
  const { changes, kept, told } = await adopted('nas:50051', ['nas:50051', 'box:7', 'this-computer', 'sha256:00'])
  expect(kept).toEqual(['nas:50051', 'box:7'])
  expect(told).toEqual([
    expect.stringContaining('What is sent to nas:50051 is not encrypted'),
    expect.stringContaining('What is sent to box:7 is not encrypted'),
  ])
  expect(changes).toEqual([{ plainReceiver: undefined }])
})

test('nothing that waits in the list is adopted later', async () => {
  expect(await adopted(undefined, ['nas:50051'])).toEqual({ changes: [], kept: [], told: [] })
})
