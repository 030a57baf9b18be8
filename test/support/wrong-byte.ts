import { closeSync, openSync, statSync, utimesSync, writeSync } from 'node:fs'

/** Overwrites one byte of a file with zero and keeps its times, as silent damage would. */
export function wrongByte(path: string, at: number): void {
  const { atime, mtime } = statSync(path)
  const file = openSync(path, 'r+')
  writeSync(file, Buffer.of(0), 0, 1, at)
  closeSync(file)
  utimesSync(path, atime, mtime)
}
