/** The command line asks for something that cannot be; the message says what was got and what to do. */
export class UsageError extends Error {
  readonly code = 'USAGE'
}

/** Refuses options that belong to encrypted receivers and limits, which this version does not have, instead of ignoring them. */
export function refuseUnsupported(options: Readonly<Record<string, unknown>>, names: readonly string[]): void {
  const given = names.find((name) => options[name] !== undefined)
  if (given === undefined) return
  const flag = given.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  throw new UsageError(`--${flag} is not supported in this version.`)
}
