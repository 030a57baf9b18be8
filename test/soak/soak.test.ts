import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, inject, test } from 'vitest'
import { KINDS } from './plan.ts'
import { soakRound } from './report.ts'
import { missingFor, Services } from './services.ts'

/** One short round of each kind; `npm run test:soak` plays many long ones. */
const services = new Services()
const root = mkdtempSync(join(tmpdir(), 'longshore-soak-'))
let failed = 0

afterAll(async () => {
  await services.stop()
  if (failed === 0) rmSync(root, { recursive: true, force: true })
})

const FEW_KINDS = KINDS.filter((kind) => kind !== 'two nodes on a bucket')

for (const [index, kind] of FEW_KINDS.entries()) {
  const missing = missingFor(kind)
  const title = `what senders call done is there, whatever happens: a short round, ${kind}`
  test.skipIf(missing !== undefined)(missing === undefined ? title : `${title} (${missing} is not there)`, async () => {
    const seed = inject('faultSeed') + index
    const outcome = await soakRound({ seed, size: 'short', kind, root, services })
    if (outcome.kind === 'failed') failed++
    expect(outcome.kind, outcome.text).toBe('passed')
  })
}
