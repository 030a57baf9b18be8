import { loadPackageDefinition, type ServiceClientConstructor } from '@grpc/grpc-js'
import { servicesOf } from './services.ts'

/** Whether a service takes calls, as `grpc.health.v1` names it; SERVICE_UNKNOWN is only told to those who watch. */
export type ServingStatus = 'UNKNOWN' | 'SERVING' | 'NOT_SERVING' | 'SERVICE_UNKNOWN'

/**
 * The standard health service of gRPC, as
 * https://github.com/grpc/grpc/blob/master/src/proto/grpc/health/v1/health.proto has it.
 */
const messages = {
  HealthCheckRequest: { fields: { service: { type: 'string', id: 1 } } },
  HealthCheckResponse: {
    fields: { status: { type: 'ServingStatus', id: 1 } },
    nested: { ServingStatus: { values: { UNKNOWN: 0, SERVING: 1, NOT_SERVING: 2, SERVICE_UNKNOWN: 3 } } },
  },
}
const service = {
  methods: {
    Check: { requestType: 'HealthCheckRequest', responseType: 'HealthCheckResponse' },
    Watch: { requestType: 'HealthCheckRequest', responseType: 'HealthCheckResponse', responseStream: true },
  },
}
const v1 = { nested: { ...messages, Health: service } }

/** Its contract, as protobufjs writes it into JSON. */
export const healthContract = { nested: { grpc: { nested: { health: { nested: { v1 } } } } } }

type Loaded = { readonly grpc: { readonly health: { readonly v1: { readonly Health: ServiceClientConstructor } } } }

const loaded = loadPackageDefinition(servicesOf(healthContract)) as unknown as Loaded

export const HealthClient = loaded.grpc.health.v1.Health

/** What a server hands to `addService`. */
export const healthService = HealthClient.service
