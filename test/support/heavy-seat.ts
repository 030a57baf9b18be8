/**
 * A setup file of projects whose tests compute: programs that are started, large files that are sent and hashed. More of them at once than there are
 * cores would only be slower, and miss deadlines, so each file first takes one of as many seats.
 */
import { availableParallelism } from 'node:os'
import { afterAll, beforeAll } from 'vitest'
import { takeSeat } from '../../scripts/build-lock.ts'

/** Longer than all other files together. */
const PATIENCE_MS = 30 * 60_000

let leave: (() => void) | undefined

beforeAll(async () => {
  leave = await takeSeat('heavy-tests', Math.max(2, availableParallelism()))
}, PATIENCE_MS)

afterAll(() => leave?.())
