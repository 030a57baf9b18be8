import type { Case } from '../run/case.ts'
import { cluster } from './cluster.ts'
import { delay10, delay50 } from './delay.ts'
import { firstByte } from './first-byte.ts'
import { fewSmallFiles, manySmallFiles, mixed, several, smallFiles } from './folders.ts'
import { latency } from './latency.ts'
import { manySenders } from './many-senders.ts'
import { memory } from './memory.ts'
import { cpu, oneFile, oneLargeFile } from './one-file.ts'
import { resume } from './resume.ts'

/** In the order in which they run and stand in the results. */
export const allCases: readonly Case[] = [
  oneFile,
  oneLargeFile,
  several,
  fewSmallFiles,
  smallFiles,
  manySmallFiles,
  mixed,
  manySenders,
  delay10,
  delay50,
  firstByte,
  resume,
  latency,
  cpu,
  memory,
  cluster,
]
