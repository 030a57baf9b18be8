import { expect, test } from 'vitest'
import { namingOf } from './stored-as.ts'

test.each([
  ['a.mov', 'a.mov', 'done'],
  ['day/empty/', 'day/empty', 'done'],
  ['day/a.mov', 'studio/day/a.mov', 'done'],
  ['Photos/Cafe\u0301.jpg', 'photos/Caf\u00e9.jpg', 'done'],
  ['a.tar.gz', 'a (2).tar.gz', 'doneNumbered'],
  ['a (1).mov', 'a (1) (12).mov', 'doneNumbered'],
  ['day/README', 'studio/day/README (3)', 'doneNumbered'],
  ['take:2.mov', 'take_2.mov', 'doneOtherwise'],
  ['take:2.mov', 'take_2 (2).mov', 'doneOtherwise'],
  ['a.mov', 'xa.mov', 'doneOtherwise'],
])('%s stored as %s is %s', (path, storedAs, naming) => {
  expect(namingOf(path, storedAs)).toBe(naming)
})
