import { Metadata, type ServiceError, status } from '@grpc/grpc-js'
import { expect, test } from 'vitest'
import { fromServiceError, unreachable } from '../base/errors.ts'
import { createStreamCuts } from './stream-cuts.ts'

const MIB = 1024 ** 2

/** As nginx 1.22 ends a stream that outgrew its limit after acknowledgements went through. */
function reset(): Error {
  const details = 'Received RST_STREAM with code 2 (Internal server error)'
  const error: ServiceError = Object.assign(new Error(details), {
    code: status.INTERNAL,
    details,
    metadata: new Metadata(),
  })
  return fromServiceError(error)
}

test('names a proxy that limits requests after three attempts in a row were reset', () => {
  const cuts = createStreamCuts()

  expect(cuts.judge('box:1', 'run', reset(), 2 * MIB)).toBeUndefined()
  expect(cuts.judge('box:1', 'run', reset(), 2 * MIB)).toBeUndefined()
  expect(cuts.judge('box:1', 'run', reset(), 2 * MIB)).toMatchObject({ reason: 'PROXY_LIMIT', remedy: 'stop' })
})

test('starts counting again after another trouble, after an upload that finished, and after the verdict', () => {
  const cuts = createStreamCuts()
  const twice = (): void => {
    for (const _ of [1, 2]) expect(cuts.judge('box:1', 'run', reset(), 2 * MIB)).toBeUndefined()
  }

  twice()
  cuts.judge('box:1', 'run', unreachable(), 2 * MIB)
  twice()
  cuts.forget('box:1')
  twice()
  expect(cuts.judge('box:1', 'run', reset(), 2 * MIB)).toBeDefined()
  twice()
})

test('counts each receiver by itself, and no reset that a limit of the size does not explain', () => {
  const cuts = createStreamCuts()

  for (const receiver of ['a:1', 'b:1', 'c:1']) expect(cuts.judge(receiver, 'run', reset(), 2 * MIB)).toBeUndefined()
  for (const sentBytes of [0, 100_000, 65 * MIB, 10_000 * MIB]) {
    expect(cuts.judge('d:1', 'run', reset(), sentBytes)).toBeUndefined()
  }
})

test('does not take a receiver that is started again and again for a proxy', () => {
  const cuts = createStreamCuts()

  for (const run of ['a', 'b', 'c', 'd', 'd']) expect(cuts.judge('box:1', run, reset(), 2 * MIB)).toBeUndefined()
})
