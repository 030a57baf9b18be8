import { type ClientDuplexStream, credentials } from '@grpc/grpc-js'
import protobuf from 'protobufjs'
import descriptor from 'protobufjs/ext/descriptor'
import { expect, onTestFinished, test } from 'vitest'
import { ReflectionClient } from '../../proto/reflection.ts'
import { receiving } from '../fixtures/receiving.ts'

type Answer = {
  readonly listServicesResponse?: { readonly service: readonly { readonly name: string }[] }
  readonly fileDescriptorResponse?: { readonly fileDescriptorProto: readonly Buffer[] }
  readonly errorResponse?: { readonly errorCode: number; readonly errorMessage: string }
}

/** Asks on one stream, one question after the other. */
async function asking(reflection: boolean) {
  const { receiver } = await receiving(undefined, { reflection, asksForTokens: true })
  const client = new ReflectionClient(`127.0.0.1:${receiver.port}`, credentials.createInsecure())
  const stream = client.ServerReflectionInfo?.() as ClientDuplexStream<object, Answer>
  onTestFinished(() => {
    stream.cancel()
    client.close()
  })
  return (request: object) =>
    new Promise<Answer>((resolve, reject) => {
      stream.once('data', resolve)
      stream.once('error', reject)
      stream.write(request)
    })
}

test('whoever asks is told which services there are, and a contract that a client can be made from', async () => {
  const ask = await asking(true)
  const { listServicesResponse } = await ask({ listServices: '' })
  expect(listServicesResponse?.service.map(({ name }) => name)).toEqual([
    'filetransfer.FileTransferService',
    'filetransfer.PairingService',
    'grpc.health.v1.Health',
  ])
  const { fileDescriptorResponse } = await ask({ fileContainingSymbol: 'filetransfer.FileTransferService' })
  const [file] = fileDescriptorResponse?.fileDescriptorProto ?? []
  if (file === undefined) throw new Error('There is no contract.')
  const told = descriptor.FileDescriptorProto.decode(file)
  // What the library adds to its root says nothing to its types.
  const root = (protobuf.Root as unknown as { fromDescriptor(set: object): protobuf.Root }).fromDescriptor({
    file: [told],
  })
  const service = root.lookupService('filetransfer.FileTransferService')
  expect(service.methodsArray.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['Upload', 'BeginUpload', 'PutFiles']),
  )
  expect(root.lookupType('filetransfer.UploadStatus').fields).toHaveProperty('message')
  const { name } = told as unknown as { readonly name: string }
  expect((await ask({ fileByFilename: name })).fileDescriptorResponse?.fileDescriptorProto).toEqual([file])
})

test.each([
  { fileContainingSymbol: 'filetransfer.Nothing' },
  { fileContainingSymbol: 'other.FileTransferService' },
  { fileByFilename: '/etc/passwd' },
  { allExtensionNumbersOfType: 'filetransfer.UploadStatus' },
])('what is not there is not there: %j', async (request) => {
  const ask = await asking(true)
  expect((await ask(request)).errorResponse?.errorCode).toBe(5)
  expect((await ask({ fileContainingSymbol: 'filetransfer.FileTransferService.Upload' })).errorResponse).toBeUndefined()
})

test('nothing is told unless it was asked for', async () => {
  const ask = await asking(false)
  await expect(ask({ listServices: '' })).rejects.toMatchObject({ code: 12 })
})
