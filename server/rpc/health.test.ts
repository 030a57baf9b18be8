import { type ClientReadableStream, credentials, type ServiceError } from '@grpc/grpc-js'
import { expect, onTestFinished, test } from 'vitest'
import { HealthClient, type ServingStatus } from '../../proto/health.ts'
import { receiving } from '../fixtures/receiving.ts'

type Answer = { readonly status: ServingStatus }

function connect(port: number) {
  const client = new HealthClient(`127.0.0.1:${port}`, credentials.createInsecure())
  onTestFinished(() => client.close())
  const check = (service: string) =>
    new Promise<ServingStatus | string>((resolve) => {
      client.Check?.({ service }, (error: ServiceError | null, answer: Answer) =>
        resolve(error ? `${error.code} ${error.details}` : answer.status),
      )
    })
  return { check, watch: (service: string) => client.Watch?.({ service }) as ClientReadableStream<Answer> }
}

test('a receiver says that it serves, as a whole and for each service, also to those who are not known to it', async () => {
  const { receiver } = await receiving(undefined, { asksForTokens: true })
  const { check } = connect(receiver.port)
  for (const service of ['', 'filetransfer.FileTransferService', 'filetransfer.PairingService'])
    expect(await check(service)).toBe('SERVING')
  expect(await check('filetransfer.Other')).toBe('5 There is no such service here.')
})

test('whoever watches is told when it ends, and of a service that it does not know', async () => {
  const { receiver } = await receiving()
  const { watch } = connect(receiver.port)
  const told: ServingStatus[] = []
  const stream = watch('')
  stream.on('data', ({ status }: Answer) => told.push(status))
  stream.on('error', () => undefined)
  const ended = new Promise((resolve) => stream.once('close', resolve))
  const other: ServingStatus[] = []
  const unknown = watch('nothing')
  unknown.on('data', ({ status }: Answer) => other.push(status))
  unknown.on('error', () => undefined)
  await expect.poll(() => [told, other]).toEqual([['SERVING'], ['SERVICE_UNKNOWN']])
  await receiver.close()
  await ended
  expect(told).toEqual(['SERVING', 'NOT_SERVING'])
})
