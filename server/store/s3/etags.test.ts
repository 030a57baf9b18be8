import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { compositeETag, isSameETag } from './etags.ts'

test('the ETag of a whole is made of those of its parts, as S3 makes it, with or without quotes', () => {
  const [one = '', other = ''] = ['one', 'other'].map((text) => createHash('md5').update(text).digest('hex'))
  const both = createHash('md5')
    .update(Buffer.from(one + other, 'hex'))
    .digest('hex')
  expect(compositeETag([`"${one}"`, other])).toBe(`"${both}-2"`)
  expect(isSameETag(`${both}-2`, `"${both}-2"`)).toBe(true)
  expect(isSameETag(`${both}-2`, `"${both}-3"`)).toBe(false)
})

test('a store that names content in its own way says nothing of it', () => {
  expect(compositeETag(['"0x8DBD"'])).toBeUndefined()
})
