// Original file: file_transfer.proto


/**
 * The upload is forgotten.
 */
export interface AbortUploadReplyInput {
}

/**
 * The upload is forgotten.
 */
export interface AbortUploadReply {
}
