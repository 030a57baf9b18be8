import { chunkStoreConformance } from '../fixtures/chunk-store-conformance.ts'
import { sandbox } from '../fixtures/receiving.ts'
import { openDiskStore } from './disk.ts'
import { claimsInMemory } from './name-claims.ts'

for (const shared of [false, true]) {
  chunkStoreConformance(shared ? 'a folder that several receivers share' : 'a folder of one receiver', async () => {
    const root = await sandbox()
    const options = { shared, claims: claimsInMemory() }
    return { store: await openDiskStore(root, options), reopened: () => openDiskStore(root, options) }
  })
}
