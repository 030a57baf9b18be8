import { readFileSync } from 'node:fs'
import { isMap, isScalar, LineCounter, parseDocument } from 'yaml'
import { ReceiveError, receiveErrorFrom } from '../base/errors.ts'

/** One line of a configuration file. */
export type FileSetting = {
  readonly name: string
  readonly value: string | number | boolean
  /** Where it is, for people: the file and the line. */
  readonly where: string
}

/**
 * The settings in a YAML file: one map, of names to single values.
 *
 * @throws ReceiveError BAD_FLAGS, with one sentence that names the file and the line, when it cannot be read or is
 * anything else.
 */
export function readConfigFile(path: string): readonly FileSetting[] {
  const lines = new LineCounter()
  const document = parseDocument(textOf(path), { lineCounter: lines })
  const at = (offset: number) => `${path}:${lines.linePos(offset).line}`
  const [mistake] = document.errors
  // What stands after a colon there is a piece of the file, which may be a secret.
  if (mistake) throw wrong(at(mistake.pos[0]), `this is not YAML: ${mistake.message.split(/ at line |\n|: /)[0]}.`)
  const { contents } = document
  if (contents === null) return []
  if (!isMap(contents)) throw wrong(at(contents.range?.[0] ?? 0), 'expected lines like "port: 50051".')
  return contents.items.map(({ key, value }) => {
    const where = at(isScalar(key) ? (key.range?.[0] ?? 0) : 0)
    if (!isScalar(key) || typeof key.value !== 'string') throw wrong(where, 'expected a name before the colon.')
    const name = key.value
    // A line without a space after its colon is all name, and what was meant to be its value may be a secret.
    if (!/^[a-z0-9-]{1,40}$/i.test(name))
      throw wrong(where, 'expected a line like "port: 50051", with a space after the colon.')
    if (!isScalar(value)) throw wrong(where, `"${name}" takes one value.`)
    if (typeof value.value === 'number' && typeof value.source === 'string') return { name, value: value.source, where }
    const given: unknown = value.value
    if (typeof given === 'string' || typeof given === 'boolean') return { name, value: given, where }
    throw wrong(where, `"${name}" has no value; leave the line out for what it is by default.`)
  })
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code
    throw receiveErrorFrom(error, 'BAD_FLAGS', `--config names ${path}, which cannot be read (${why}).`)
  }
}

function wrong(where: string, sentence: string): ReceiveError {
  return new ReceiveError('BAD_FLAGS', `${where}: ${sentence}`)
}
