// Original file: file_transfer.proto


/**
 * Asks the receiver to introduce itself.
 */
export interface ReceiverInfoRequestInput {
}

/**
 * Asks the receiver to introduce itself.
 */
export interface ReceiverInfoRequest {
}
