import type { UploadId, UploadStatus } from '../../main/contract/contract.ts'
import type { Uploads } from '../model/upload-table.ts'

/** Those of `ids` that are there and whose state allows something, in that order. */
export function idsWhere(
  uploads: Uploads,
  ids: Iterable<UploadId>,
  allows: (status: UploadStatus) => boolean,
): readonly UploadId[] {
  return [...ids].filter((id) => {
    const upload = uploads.get(id)
    return upload !== undefined && allows(upload.status)
  })
}

/** The ids of all uploads whose state allows something. */
export function allWhere(uploads: Uploads, allows: (status: UploadStatus) => boolean): readonly UploadId[] {
  return [...uploads.values()].filter(({ status }) => allows(status)).map(({ id }) => id)
}
