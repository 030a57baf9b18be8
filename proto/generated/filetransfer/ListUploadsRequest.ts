// Original file: file_transfer.proto


/**
 * Asks for the unfinished uploads.
 */
export interface ListUploadsRequestInput {
}

/**
 * Asks for the unfinished uploads.
 */
export interface ListUploadsRequest {
}
