import { type ServiceDefinition, status, type UntypedServiceImplementation } from '@grpc/grpc-js'
import type { OnUnexpected } from '../base/unexpected.ts'
import { answering } from '../calls/answer.ts'
import { contractFiles } from './contract-files.ts'

/** As `grpc.reflection` has it; one of the questions is asked. */
type Request = {
  readonly fileByFilename?: string
  readonly fileContainingSymbol?: string
  readonly listServices?: string
  readonly messageRequest?: string
}

/**
 * Tells programs that know nothing of the contract what it is, for `grpcurl` and its like. It has the contract only,
 * which is public: nothing about what is received or by whom.
 *
 * @param services those that are told of.
 */
export function createReflection(
  services: readonly ServiceDefinition[],
  onUnexpected: OnUnexpected,
): UntypedServiceImplementation {
  const files = new Map<string, Buffer>()
  const names: string[] = []
  const fileOf = new Map<string, Buffer>()
  for (const service of services) {
    const name = Object.values(service)[0]?.path.split('/')[1] ?? ''
    const file = contractFiles.get(name)
    if (file === undefined) throw new Error(`The contract of ${name} is not known.`)
    names.push(name)
    files.set(nameOf(file), file)
    fileOf.set(packageOf(name), file)
  }

  const answerTo = (request: Request) => {
    switch (request.messageRequest) {
      case 'listServices':
        return { listServicesResponse: { service: names.map((name) => ({ name })) } }
      case 'fileByFilename':
        return answerWith(files.get(request.fileByFilename ?? ''))
      case 'fileContainingSymbol': {
        const symbol = request.fileContainingSymbol ?? ''
        const found = [...fileOf].find(([name, file]) => symbol.startsWith(`${name}.`) && declares(file, symbol, name))
        return answerWith(found?.[1])
      }
      case 'fileContainingExtension':
      case 'allExtensionNumbersOfType':
        return { errorResponse: { errorCode: status.NOT_FOUND, errorMessage: 'The contract has no extensions.' } }
      default:
        return { errorResponse: { errorCode: status.INVALID_ARGUMENT, errorMessage: 'Nothing was asked.' } }
    }
  }
  const serve = answering(onUnexpected).bothStreams<Request, object>(async (requests, send) => {
    for (let next = await requests.next(); !next.done; next = await requests.next())
      await send({ originalRequest: next.value, ...answerTo(next.value) })
  })
  return { ServerReflectionInfo: serve }
}

function answerWith(file: Buffer | undefined): object {
  if (file !== undefined) return { fileDescriptorResponse: { fileDescriptorProto: [file] } }
  return { errorResponse: { errorCode: status.NOT_FOUND, errorMessage: 'The contract has nothing of that name.' } }
}

/** Whether a file declares what a full name says. Each name in it stands behind its length. */
function declares(file: Buffer, symbol: string, packageName: string): boolean {
  return symbol
    .slice(packageName.length + 1)
    .split('.')
    .every((part) => file.includes(Buffer.concat([Buffer.from([0x0a, part.length]), Buffer.from(part)])))
}

/** The first field of a FileDescriptorProto is its name, which is shorter than 128 bytes. */
function nameOf(file: Buffer): string {
  return file.toString('utf8', 2, 2 + (file[1] ?? 0))
}

function packageOf(service: string): string {
  return service.slice(0, service.lastIndexOf('.'))
}
