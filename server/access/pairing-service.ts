import type { PairingServiceHandlers } from '../../proto/generated/filetransfer/PairingService.ts'
import type { OnUnexpected } from '../base/unexpected.ts'
import { answering } from '../calls/answer.ts'
import { type Pairing, pairingClosed } from './pairing.ts'

/**
 * The wire's side of pairing. `pairing` is undefined where nobody can pair: without encryption, or when nobody is asked
 * for a token.
 */
export function createPairingService(pairing: Pairing | undefined, onUnexpected: OnUnexpected): PairingServiceHandlers {
  const { unary } = answering(onUnexpected)
  return {
    StartPairing: unary(async ({ deviceNonce }, { address }) => {
      if (pairing === undefined) throw pairingClosed()
      return pairing.start(deviceNonce, address)
    }),
    FinishPairing: unary(async (request) => {
      if (pairing === undefined) throw pairingClosed()
      return pairing.finish(request.pairingId, request.deviceProof, request.deviceName, request.formerToken)
    }),
  }
}
