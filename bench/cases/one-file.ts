import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Case, CaseContext } from '../run/case.ts'
import type { Column, Section } from '../run/section.ts'
import { GIB, makeFile, sizeText } from '../run/workload.ts'
import { PROCESSOR, uploadSection } from './upload.ts'

export const oneFile: Case = {
  name: 'one-file',
  about: 'one file of 1 GiB',
  isQuick: true,
  run: async (context) => [await sendOne(context, GIB)],
}

export const oneLargeFile: Case = {
  name: 'one-file-4g',
  about: 'one file of 4 GiB',
  isQuick: false,
  run: async (context) => [await sendOne(context, 4 * GIB)],
}

export const cpu: Case = {
  name: 'cpu',
  about: 'processor time of both sides for one file of 1 GiB',
  isQuick: false,
  async run(context) {
    const bySize = (size: string) => `Processor time for one file of ${size}`
    const compared: Column[] = PROCESSOR.map((column) => ({ ...column, compare: true }))
    return [await sendOne(context, GIB, { key: 'cpu', titleOf: bySize, columns: compared })]
  },
}

type Shown = {
  readonly key: string
  readonly titleOf: (size: string) => string
  readonly columns?: readonly Column[]
}

const throughput: Shown = { key: 'one-file', titleOf: (size) => `One file of ${size}` }

async function sendOne(context: CaseContext, ownSize: number, shown: Shown = throughput): Promise<Section> {
  const { folder, peers, sizeBytes = ownSize } = context
  const size = sizeText(sizeBytes)
  const workload = makeFile(join(folder, 'film.mov'), sizeBytes)
  const about =
    'From the start of the sending program to its end. Processor time is user and system time, with that of children.'
  const section = { key: `${shown.key} ${size}`, title: shown.titleOf(size), about, workload, peers }
  try {
    return await uploadSection({ ...section, ...(shown.columns && { columns: shown.columns }) }, context)
  } finally {
    rmSync(workload.path)
  }
}
