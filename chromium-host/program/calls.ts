/** Something an app asked of the desktop that the host only notes down, or notes down as well. */
export type Call = { readonly name: string; readonly args: readonly unknown[]; readonly atMs: number }

/** Every such call so far, oldest first; tests read it as `electron.__host.calls`. */
export const calls: Call[] = []

/** Notes down that the app called `name`, for example `shell.openExternal`. */
export function record(name: string, ...args: readonly unknown[]): void {
  calls.push({ name, args, atMs: Date.now() })
}
