import { loadPackageDefinition, type ServiceClientConstructor } from '@grpc/grpc-js'
import { loaderOptions } from './options.ts'
import { servicesOf } from './services.ts'

/**
 * The standard reflection service of gRPC, as
 * https://github.com/grpc/grpc/blob/master/src/proto/grpc/reflection/v1/reflection.proto has it.
 */
const messages = {
  ServerReflectionRequest: {
    oneofs: {
      messageRequest: {
        oneof: [
          'fileByFilename',
          'fileContainingSymbol',
          'fileContainingExtension',
          'allExtensionNumbersOfType',
          'listServices',
        ],
      },
    },
    fields: {
      host: { type: 'string', id: 1 },
      fileByFilename: { type: 'string', id: 3 },
      fileContainingSymbol: { type: 'string', id: 4 },
      fileContainingExtension: { type: 'ExtensionRequest', id: 5 },
      allExtensionNumbersOfType: { type: 'string', id: 6 },
      listServices: { type: 'string', id: 7 },
    },
  },
  ExtensionRequest: {
    fields: { containingType: { type: 'string', id: 1 }, extensionNumber: { type: 'int32', id: 2 } },
  },
  ServerReflectionResponse: {
    oneofs: {
      messageResponse: {
        oneof: ['fileDescriptorResponse', 'allExtensionNumbersResponse', 'listServicesResponse', 'errorResponse'],
      },
    },
    fields: {
      validHost: { type: 'string', id: 1 },
      originalRequest: { type: 'ServerReflectionRequest', id: 2 },
      fileDescriptorResponse: { type: 'FileDescriptorResponse', id: 4 },
      allExtensionNumbersResponse: { type: 'ExtensionNumberResponse', id: 5 },
      listServicesResponse: { type: 'ListServiceResponse', id: 6 },
      errorResponse: { type: 'ErrorResponse', id: 7 },
    },
  },
  FileDescriptorResponse: { fields: { fileDescriptorProto: { rule: 'repeated', type: 'bytes', id: 1 } } },
  ExtensionNumberResponse: {
    fields: { baseTypeName: { type: 'string', id: 1 }, extensionNumber: { rule: 'repeated', type: 'int32', id: 2 } },
  },
  ListServiceResponse: { fields: { service: { rule: 'repeated', type: 'ServiceResponse', id: 1 } } },
  ServiceResponse: { fields: { name: { type: 'string', id: 1 } } },
  ErrorResponse: { fields: { errorCode: { type: 'int32', id: 1 }, errorMessage: { type: 'string', id: 2 } } },
}

const ServerReflection = {
  methods: {
    ServerReflectionInfo: {
      requestType: 'ServerReflectionRequest',
      requestStream: true,
      responseType: 'ServerReflectionResponse',
      responseStream: true,
    },
  },
}

/** The later version and the one before, which most programs still ask for: the same under two names. */
const versions = { nested: { ...messages, ServerReflection } }
const reflection = { nested: { v1: versions, v1alpha: versions } }
const descriptor = { nested: { grpc: { nested: { reflection } } } }

type Loaded = {
  readonly grpc: {
    readonly reflection: Record<'v1' | 'v1alpha', { readonly ServerReflection: ServiceClientConstructor }>
  }
}

const known = servicesOf(descriptor, { ...loaderOptions, defaults: false })
const { v1, v1alpha } = (loadPackageDefinition(known) as unknown as Loaded).grpc.reflection

export const ReflectionClient = v1.ServerReflection

/** What a server hands to `addService`, each. */
export const reflectionServices = [v1.ServerReflection.service, v1alpha.ServerReflection.service]
