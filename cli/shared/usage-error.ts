/** The command line asks for something that cannot be; the message says what was got and what to do. */
export class UsageError extends Error {
  readonly code = 'USAGE'
}
