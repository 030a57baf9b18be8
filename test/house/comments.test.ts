import { expect, test } from 'vitest'
import { everyFile, sourceText } from '../support/sources.ts'

/** Characters. */
const WIDTH: number = JSON.parse(sourceText('biome.json')).formatter.lineWidth

/** Written by a program, or read by one that wants each of them on one line. */
const NOT_OURS = /^proto\/generated\//
const ONE_LINE = /biome-ignore/

/**
 * The lines of a file that are comments and nothing else, and longer than a line of code may be, with their numbers.
 */
function wideComments(file: string, text: string): string[] {
  return text.split('\n').flatMap((line, index) => {
    const isWide = /^\s*(\/\/|\/\*|\*)/.test(line) && [...line].length > WIDTH && !ONE_LINE.test(line)
    return isWide ? [`${file}:${index + 1} is longer than ${WIDTH} characters.`] : []
  })
}

test('a comment is as wide as code at most: the formatter leaves comments as they are', () => {
  const files = everyFile().filter((file) => /\.(tsx?|mjs|proto)$/.test(file) && !NOT_OURS.test(file))
  expect(files.length).toBeGreaterThan(500)
  expect(files.flatMap((file) => wideComments(file, sourceText(file)))).toEqual([])
  expect(wideComments('a', `ab\n  // ${'x'.repeat(WIDTH)}`)).toEqual([`a:2 is longer than ${WIDTH} characters.`])
})
