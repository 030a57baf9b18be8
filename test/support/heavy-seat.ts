/**
 * A setup file of projects whose tests compute: programs that are started, large files that are sent and hashed. More
 * of them at once than there are cores would only be slower, and miss deadlines, so each file first takes one of as
 * many seats. A file that measures what a person would feel has the tag `alone` and takes them all.
 */
import { availableParallelism } from 'node:os'
import { afterAll, beforeAll } from 'vitest'
import { takeSeat } from '../../scripts/build-lock.ts'
import { isFullRun } from '../faults/run-size.ts'

/** A full run asks for speeds that a machine shared with another file does not have. */
const SEATS = isFullRun ? 1 : Math.max(2, availableParallelism())
/** Longer than all other files together. */
const PATIENCE_MS = 30 * 60_000

const seats: (() => void)[] = []

// biome-ignore lint/correctness/noEmptyPattern: Vitest reads from the first parameter which fixtures are wanted, and here there are none.
beforeAll(async ({}, { tags = [] }) => {
  // One at a time goes in, so that nobody takes the seats for which somebody else waits with some of them.
  const leaveDoor = await takeSeat('heavy-tests-door', 1)
  for (let wanted = tags.includes('alone') ? SEATS : 1; wanted > 0; wanted--)
    seats.push(await takeSeat('heavy-tests', SEATS))
  leaveDoor()
}, PATIENCE_MS)

afterAll(() => {
  for (const leave of seats) leave()
})
