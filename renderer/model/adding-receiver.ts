import type { ReceiverId, ReceiverOffer } from '../../main/contract/receivers.ts'
import type { Told } from '../words/reasons.ts'

/** How far a person has come with adding a receiver. `busy`: the main process was asked and has not answered. */
export type AddingReceiver =
  /** Typing its address, or a link. */
  | Asking<{ readonly step: 'address'; readonly typed: string }>
  /** Typing the code that the receiver shows. `tries` of them were wrong. */
  | Asking<{
      readonly step: 'code'
      readonly address: string
      readonly fingerprint: string
      readonly name?: string
      readonly typed: string
      readonly tries: number
    }>
  /** Deciding whether to go without encryption. */
  | Asking<{ readonly step: 'not-encrypted'; readonly address: string }>
  /** A red stop: there is nothing to agree to. */
  | {
      readonly step: 'other-identity'
      readonly address: string
      readonly expected: string
      readonly presented?: string
      readonly known?: ReceiverId
    }

type Asking<T> = T & { readonly busy: boolean; readonly problem?: Told }

/** The first step, with the part of the text that is known already. */
export function beginAdding(typed = ''): AddingReceiver {
  return { step: 'address', typed, busy: false }
}

/** The text was changed, so an earlier problem with it does not hold any more. */
export function withTyped(adding: AddingReceiver, typed: string): AddingReceiver {
  if (adding.step !== 'address' && adding.step !== 'code') return adding
  const { problem: _problem, ...rest } = adding
  return { ...rest, typed }
}

/** The main process was asked. */
export function asBusy(adding: AddingReceiver): AddingReceiver {
  if (adding.step === 'other-identity') return adding
  const { problem: _problem, ...rest } = adding
  return { ...rest, busy: true }
}

/** What an answer leads to; undefined when nothing is left to do. */
export function afterOffer(adding: AddingReceiver, offer: ReceiverOffer): AddingReceiver | undefined {
  switch (offer.kind) {
    case 'chosen':
      return undefined
    case 'needs-code': {
      const { address, fingerprint, name, code = '' } = offer
      return {
        step: 'code',
        address,
        fingerprint,
        ...(name !== undefined && { name }),
        typed: code,
        tries: 0,
        busy: false,
      }
    }
    case 'not-encrypted':
      return { step: 'not-encrypted', address: offer.address, busy: false }
    case 'other-identity': {
      const { kind: _kind, ...stop } = offer
      return { step: 'other-identity', ...stop }
    }
    case 'refused': {
      const { kind: _kind, ...problem } = offer
      return withProblem(adding, problem)
    }
  }
}

function withProblem(adding: AddingReceiver, problem: Told): AddingReceiver {
  if (adding.step === 'other-identity') return adding
  const wrong = adding.step === 'code' && problem.reason === 'WRONG_CODE'
  return wrong ? { ...adding, busy: false, problem, tries: adding.tries + 1 } : { ...adding, busy: false, problem }
}
