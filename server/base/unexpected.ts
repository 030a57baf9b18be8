/**
 * Told about errors that the receiver did not expect, so that they reach a log; the sender only hears that there was
 * one.
 */
export type OnUnexpected = (error: unknown) => void
