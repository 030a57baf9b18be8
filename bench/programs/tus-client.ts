/**
 * Uploads a file, or the files of a folder four at a time, to a tus server: `tus-client.js PORT PATH MEMORY`. In the
 * file MEMORY it remembers an unfinished upload, so that the same command goes on with it.
 */
import { createReadStream, statSync } from 'node:fs'
import { basename } from 'node:path'
import * as tus from 'tus-js-client'
import { filesBelow } from '../run/files-below.ts'

/** As many as Longshore has on their way at once. */
const AT_ONCE = 4

const [port, path = '', memory = ''] = process.argv.slice(2)
const isFile = statSync(path).isFile()
// The types of the library leave this class out.
type Storage = NonNullable<tus.UploadOptions['urlStorage']>
const { FileUrlStorage } = tus as unknown as { readonly FileUrlStorage: new (file: string) => Storage }
const urlStorage = new FileUrlStorage(memory)

/**
 * Chunk size and parallel parts have their defaults, unlimited and one: the documentation advises against other values
 * without a need.
 */
async function upload(file: string): Promise<void> {
  const content = createReadStream(file)
  await new Promise<void>((resolve, reject) => {
    const one = new tus.Upload(content, {
      endpoint: `http://127.0.0.1:${port}/files`,
      metadata: { filename: basename(file) },
      // This would save a request, but then the offset to continue at is known only when everything is through.
      uploadDataDuringCreation: !isFile,
      // The library keeps its memory of uploads in one file, which is written anew for each upload; with thousands of
      // them that would be most of its work.
      storeFingerprintForResuming: isFile,
      removeFingerprintOnSuccess: true,
      urlStorage,
      onSuccess: () => resolve(),
      onError: reject,
    })
    const begin = async (): Promise<void> => {
      const [previous] = isFile ? await one.findPreviousUploads() : []
      if (previous) one.resumeFromPreviousUpload(previous)
      one.start()
    }
    begin().catch(reject)
  })
}

const waiting = isFile ? [path] : filesBelow(path)
const lane = async (): Promise<void> => {
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) await upload(file)
}
await Promise.all(Array.from({ length: AT_ONCE }, lane))
