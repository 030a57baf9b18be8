import { expect, test } from 'vitest'
import { GIB } from '../run/workload.ts'
import { figuresOf } from './upload.ts'

const measured = { seconds: 4, senderCpuSeconds: 1, receiverCpuSeconds: 3, senderPeakMib: 100, receiverPeakMib: 50 }

test('processor time is told for each end and for both, for each GiB and for each file', () => {
  expect(figuresOf(measured, { bytes: GIB / 2, files: 1000 })).toEqual({
    seconds: 4,
    mibPerSecond: 128,
    filesPerSecond: 250,
    senderCpu: 2,
    receiverCpu: 6,
    bothCpu: 8,
    senderCpuMs: 1,
    receiverCpuMs: 3,
    bothCpuMs: 4,
    senderPeakMib: 100,
    receiverPeakMib: 50,
  })
})

test('both ends of what has no receiver are its sender', () => {
  const alone = { ...measured, receiverCpuSeconds: Number.NaN, receiverPeakMib: Number.NaN }
  expect(figuresOf(alone, { bytes: GIB, files: 1 })).toMatchObject({ bothCpu: 1, receiverCpu: Number.NaN })
})
