import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Case, CaseContext } from '../run/case.ts'
import { KIB, MIB, makeFolder, makeTree, sizeText, type Workload } from '../run/workload.ts'
import { uploadSection } from './upload.ts'

const FEW_FILES = 4

export const several = folderCase({
  name: 'several',
  about: `${FEW_FILES} files of 512 MiB each`,
  isQuick: false,
  make: (path, { sizeBytes = 512 * MIB }) => makeFolder(path, FEW_FILES, sizeBytes),
  titleOf: ({ bytes }) => `${FEW_FILES} files of ${sizeText(bytes / FEW_FILES)}`,
})

export const fewSmallFiles = smallFilesCase('small-files-500', 500, true)

export const smallFiles = smallFilesCase('small-files', 10_000, false)

/** So many that what is kept of each shows in memory. */
export const manySmallFiles = smallFilesCase('small-files-100k', 100_000, false)

/** What a holiday or a project looks like. */
const MIXED = [
  { files: 2, bytesEach: 128 * MIB },
  { files: 60, bytesEach: 4 * MIB },
  { files: 500, bytesEach: 64 * KIB },
  { files: 1000, bytesEach: 4 * KIB },
]

export const mixed = folderCase({
  name: 'mixed',
  about: 'a tree of 1,562 files from 4 KiB to 128 MiB, 531 MiB in all',
  isQuick: false,
  make: (path) => makeTree(path, MIXED),
  titleOf: ({ files, bytes }) =>
    `A tree of ${files.toLocaleString('en')} files from 4 KiB to 128 MiB, ${sizeText(bytes)} in all`,
})

type FolderCase = Pick<Case, 'name' | 'about' | 'isQuick'> & {
  readonly make: (path: string, asked: Pick<CaseContext, 'files' | 'sizeBytes'>) => Workload
  readonly titleOf: (workload: Workload) => string
}

function smallFilesCase(name: string, ownNumber: number, isQuick: boolean): Case {
  const titleOf = ({ files }: Pick<Workload, 'files'>): string => `${files.toLocaleString('en')} files of 4 KiB`
  const about = `${titleOf({ files: ownNumber })} each`
  const make: FolderCase['make'] = (path, { files = ownNumber }) => makeFolder(path, files, 4 * KIB)
  return folderCase({ name, about, isQuick, make, titleOf })
}

function folderCase({ make, titleOf, ...words }: FolderCase): Case {
  return {
    ...words,
    async run(context) {
      const workload = make(join(context.folder, 'photos'), context)
      const title = titleOf(workload)
      const about =
        'One command sends the folder, with the parallelism that its program has by itself where nothing else is said.'
      try {
        return [await uploadSection({ key: title, title, about, workload, peers: context.peers }, context)]
      } finally {
        rmSync(workload.path, { recursive: true })
      }
    },
  }
}
