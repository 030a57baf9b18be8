import {
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js'
import type { ServingStatus } from '../../proto/health.ts'
import { fileTransferService, pairingService } from '../../proto/index.ts'

type Request = { readonly service: string }
type Response = { readonly status: ServingStatus }
type Watching = ServerWritableStream<Request, Response>

/** How often it is looked for those who watch, ms. */
const LOOK_EVERY_MS = 1_000

const serviceOf = (path: string): string => path.split('/')[1] ?? ''
/** The empty name is the server as a whole. */
const SERVICES = ['', serviceOf(fileTransferService.Upload.path), serviceOf(pairingService.StartPairing.path)]

/** The standard health service: whether calls are worth making. It answers whoever asks, and tells nothing else. */
export class Health {
  readonly #isServing: () => boolean
  readonly #watching = new Map<Watching, { readonly isKnown: boolean; told?: ServingStatus }>()
  #isDraining = false
  #timer: NodeJS.Timeout | undefined

  /**
   * @param isServing false while the receiver cannot take calls, for example because what it shares with others is out
   * of reach.
   */
  constructor(isServing: () => boolean) {
    this.#isServing = isServing
  }

  readonly handlers: UntypedServiceImplementation = {
    Check: ({ request: { service } }: ServerUnaryCall<Request, Response>, answer: sendUnaryData<Response>) => {
      if (SERVICES.includes(service)) answer(null, { status: this.#status })
      else answer({ code: status.NOT_FOUND, details: 'There is no such service here.' })
    },
    Watch: (call: Watching) => {
      const { service } = call.request
      // A stream may stay open for days, and needs nothing more of what it was asked.
      Reflect.deleteProperty(call, 'request')
      this.#watching.set(call, { isKnown: SERVICES.includes(service) })
      this.#look()
      this.#timer ??= setInterval(() => this.#look(), LOOK_EVERY_MS).unref()
      call.once('close', () => this.#watching.delete(call))
      call.once('cancelled', () => this.#watching.delete(call))
    },
  }

  /** Tells everybody that it takes no more calls, and lets go of those who watch. */
  drain(): void {
    this.#isDraining = true
    this.#look()
    clearInterval(this.#timer)
    for (const call of this.#watching.keys()) call.end()
  }

  get #status(): ServingStatus {
    return !this.#isDraining && this.#isServing() ? 'SERVING' : 'NOT_SERVING'
  }

  #look(): void {
    for (const [call, watched] of this.#watching) {
      const now = watched.isKnown ? this.#status : 'SERVICE_UNKNOWN'
      // A client that does not read is told the latest state when it does.
      if (watched.told === now || call.destroyed || call.writableEnded || call.writableLength > 0) continue
      watched.told = now
      call.write({ status: now })
    }
  }
}
