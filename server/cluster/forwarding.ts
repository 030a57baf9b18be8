import type { ServiceError } from '@grpc/grpc-js'
import { ReceiveError, receiveErrorFrom } from '../base/errors.ts'
import type { Messages } from '../calls/answer.ts'
import type { Admitted } from '../calls/caller.ts'
import { HeldElsewhere, type Leases } from '../storage/leases.ts'
import { uploadIn } from './passed-on.ts'
import { type Method, NotBelieved, type PeerCall, PeerGone, type Peers, toReceiveErrorOfPeer } from './peers.ts'

/**
 * Lets senders ask any node for any upload. When another node works on it, the call is passed on to that node, and its
 * answer passed back. A call is passed on once, so that two nodes that disagree do not pass it back and forth.
 */
export interface Forwarding {
  unary<Request, Reply>(
    method: Method,
    handle: (request: Request, admitted: Admitted) => Promise<Reply>,
  ): (request: Request, admitted: Admitted) => Promise<Reply>
  clientStream<Request, Reply>(
    method: Method,
    handle: (requests: AsyncIterator<Request>, admitted: Admitted) => Promise<Reply>,
  ): (requests: AsyncIterator<Request>, admitted: Admitted) => Promise<Reply>
  serverStream<Request, Reply>(
    method: Method,
    handle: (request: Request, send: Send<Reply>, admitted: Admitted) => Promise<void>,
  ): (request: Request, send: Send<Reply>, admitted: Admitted) => Promise<void>
  bothStreams<Request, Reply>(method: Method, handle: BothStreams<Request, Reply>): BothStreams<Request, Reply>
}

/** Passes a reply on; false when nobody takes any more. */
type Send<Reply> = (reply: Reply) => Promise<boolean>

type BothStreams<Request, Reply> = (
  requests: Messages<Request>,
  send: (reply: Reply) => Promise<void>,
  sendOff: (error: ReceiveError) => void,
  admitted: Admitted,
) => Promise<void>

/** For a receiver that is alone. */
export const noForwarding: Forwarding = {
  unary: (_method, handle) => handle,
  clientStream: (_method, handle) => handle,
  serverStream: (_method, handle) => handle,
  bothStreams: (_method, handle) => handle,
}

/**
 * A call is tried so many times, and each time a node that does not answer is passed over. Then the caller is told to
 * come back.
 */
const TRIES = 3
/** How often it is looked whether the other node still lives, ms: one that stands still keeps its connections. */
const LOOK_EVERY_MS = 1_000

export function forwardingTo(peers: Peers, leases: Pick<Leases, 'doubt' | 'isHeld'>): Forwarding {
  /**
   * Serves the call here, or at the node that has the upload; and here again when that node does not answer. Its lease
   * is then not waited for.
   */
  const served = async <T>(
    admitted: Admitted,
    here: () => Promise<T>,
    { method, upload }: { readonly method: Method; readonly upload: () => Promise<string> },
    there: (call: PeerCall) => Promise<T>,
  ): Promise<T> => {
    // What another node passed on is about the upload that it said, and about no other.
    if (admitted.passedOn !== undefined && admitted.passedOn.upload !== (await upload()))
      throw new ReceiveError('NOT_ALLOWED', 'Another node of this receiver passed on another call than this.')
    for (let tries = 1; ; tries++) {
      try {
        return await here()
      } catch (error) {
        if (!(error instanceof HeldElsewhere) || admitted.passedOn || tries >= TRIES) throw error
        const { fileId, lease, told } = error
        try {
          const [nodeId = ''] = lease.split(':')
          const call = await peers.call(nodeId, told, { method, admitted, upload: await upload() })
          return await whileAlive(
            call,
            () => leases.isHeld(fileId),
            admitted,
            () => there(call),
          )
        } catch (failure) {
          if (!(failure instanceof PeerGone || failure instanceof NotBelieved)) throw failure
          leases.doubt(fileId, lease)
          // Some messages of the caller have gone to the other node.
          if (failure instanceof NotBelieved) throw failure
        }
      }
    }
  }
  return {
    unary: (method, handle) => (request, admitted) =>
      served(
        admitted,
        () => handle(request, admitted),
        { method, upload: async () => uploadIn(request) },
        (call) => {
          call.end(request as object)
          return onlyReply(call)
        },
      ),
    serverStream: (method, handle) => (request, send, admitted) =>
      served(
        admitted,
        () => handle(request, send, admitted),
        { method, upload: async () => uploadIn(request) },
        async (call) => {
          call.end(request as object)
          for await (const reply of repliesOf(call)) if (!(await send(reply as never))) return
        },
      ),
    clientStream: (method, handle) => async (requests, admitted) => {
      const fromFirst = replaying(requests)
      return served(
        admitted,
        () => handle(fromFirst(), admitted),
        { method, upload: async () => uploadIn((await fromFirst().next()).value) },
        async (call) => {
          const reply = onlyReply<never>(call)
          pump(fromFirst(), call)
          return reply
        },
      )
    },
    bothStreams: (method, handle) => async (requests, send, sendOff, admitted) => {
      const fromFirst = replaying(requests)
      await served(
        admitted,
        () => handle(fromFirst(), send, sendOff, admitted),
        { method, upload: async () => uploadIn((await fromFirst().next()).value) },
        async (call) => {
          pump(fromFirst(), call)
          for await (const reply of repliesOf(call)) await send(reply as never)
        },
      )
    },
  }
}

/**
 * A handler reads the first message, which names the upload, before it learns that another node has that upload. So
 * each iterator begins with this message again.
 */
function replaying<Request, Requests extends AsyncIterator<Request>>(requests: Requests): () => Requests {
  let first: Promise<IteratorResult<Request>> | undefined
  return () => {
    let isFirst = true
    return {
      ...requests,
      next() {
        if (!isFirst) return requests.next()
        isFirst = false
        first ??= requests.next()
        return first
      },
    }
  }
}

/** Ends a call when its caller may not go on or is gone, or the node that serves it is taken for dead. */
async function whileAlive<T>(
  call: PeerCall,
  isAlive: () => Promise<boolean>,
  admitted: Admitted,
  task: () => Promise<T>,
): Promise<T> {
  const cancel = () => call.cancel()
  const stop = admitted.onCut(cancel)
  admitted.gone?.addEventListener('abort', cancel, { once: true })
  const timer = setInterval(() => {
    isAlive()
      .then((alive) => alive || call.cancel())
      .catch(() => 'whether it lives is asked again')
  }, LOOK_EVERY_MS)
  try {
    return await task()
  } finally {
    clearInterval(timer)
    stop()
    admitted.gone?.removeEventListener('abort', cancel)
    call.cancel()
  }
}

/** Passes messages on, no faster than the other node takes them, until either side ends. */
function pump<Request>(requests: AsyncIterator<Request>, call: PeerCall): void {
  void (async () => {
    try {
      for (let next = await requests.next(); !next.done; next = await requests.next()) {
        if (call.destroyed) return
        if (!call.write(next.value as object)) await drained(call)
      }
      call.end()
    } catch {
      // The caller has gone, and is told nothing any more.
      call.cancel()
    }
  })()
}

async function* repliesOf(call: PeerCall): AsyncGenerator<object> {
  try {
    for await (const reply of call) yield reply
  } catch (error) {
    throw toReceiveErrorOfPeer(error as ServiceError)
  }
}

async function onlyReply<Reply>(call: PeerCall): Promise<Reply> {
  for await (const reply of repliesOf(call)) return reply as Reply
  throw receiveErrorFrom(undefined, 'INTERNAL', 'Another node of this receiver answered nothing.')
}

function drained(call: PeerCall): Promise<void> {
  return new Promise((resolve) => {
    const events = ['drain', 'close', 'error'] as const
    const done = () => {
      for (const event of events) call.removeListener(event, done)
      resolve()
    }
    for (const event of events) call.on(event, done)
  })
}
