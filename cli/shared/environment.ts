/**
 * What the program takes from its environment, beside what Node and its libraries take. The first two hold secrets, or
 * say where one is.
 */
export const environment = {
  /** A file with the token that a receiver knows this computer by. */
  tokenFile: (): string | undefined => process.env.LONGSHORE_TOKEN_FILE || undefined,
  /** The code of a pairing, for programs that pair. */
  pairCode: (): string | undefined => process.env.LONGSHORE_PAIR_CODE || undefined,
  /** False when the variable says so by which Node itself is told to keep no compiled code. */
  keepsCode: (): boolean => process.env.NODE_DISABLE_COMPILE_CACHE !== '1',
}
