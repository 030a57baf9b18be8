import type { ResumeRecord } from '../engine/source/resume-store.ts'
import { openSavedUploads } from '../uploads/saved-uploads.ts'
import { openConf } from './open-store.ts'

/** The list of uploads as the app opens it. What the person would be told ends up in `told`. */
export function openUploads(directory: string, told: string[]) {
  return openSavedUploads({
    directory,
    openStore: openConf,
    writtenBy: '0.2.0',
    notify: (message) => told.push(message),
  })
}

/** A whole record, named after its id. */
export function record(id: string, more: Partial<ResumeRecord> = {}): ResumeRecord {
  return {
    id,
    uploadKey: `key-of-${id.replaceAll('.', '-')}-0000000`,
    source: `/photos/${id}.jpg`,
    identity: { sizeBytes: 10, modifiedAtMs: 1_700_000_000_000, inode: '42' },
    path: ['photos', `${id}.jpg`],
    receiver: 'nas:50051',
    onConflict: 'keep-both',
    rank: 1,
    ...more,
  }
}
