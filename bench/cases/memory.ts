import { rmSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import type { Case } from '../run/case.ts'
import { GIB, makeSparseFile, sizeText } from '../run/workload.ts'
import { MEMORY, PROCESSOR, uploadSection } from './upload.ts'

/** Free bytes that a disk should have left while this runs. */
const SPARE_BYTES = 2 * GIB

export const memory: Case = {
  name: 'memory',
  about: 'memory of both sides for one sparse file of 20 GiB, once',
  isQuick: false,
  async run(context) {
    const { folder, sizeBytes = 20 * GIB } = context
    const { bavail, bsize } = statfsSync(folder)
    const freeBytes = bavail * bsize
    if (freeBytes < sizeBytes + SPARE_BYTES) {
      return `memory needs ${sizeText(sizeBytes + SPARE_BYTES)} for what arrives, and ${folder} has ${sizeText(freeBytes)}.`
    }
    const size = sizeText(sizeBytes)
    const workload = makeSparseFile(join(folder, 'disk.img'), sizeBytes)
    const title = `Memory for one file of ${size}`
    const about =
      'The source is sparse, what arrives is not. Resident memory is sampled every 50 ms; that of a process with children is the sum, so pages they share count twice.'
    const peers = context.peers.filter(({ kind }) => kind === 'program')
    const columns = [...MEMORY, { key: 'seconds', title: 'seconds', digits: 1 }, ...PROCESSOR]
    try {
      return [await uploadSection({ key: title, title, about, workload, peers, columns }, { ...context, rounds: 1 })]
    } finally {
      rmSync(workload.path)
    }
  },
}
