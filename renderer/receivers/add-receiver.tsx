import { useWindow } from '../actions/window-context.ts'
import { AddReceiverAddress } from './add-receiver-address.tsx'
import { AddReceiverCode } from './add-receiver-code.tsx'
import { AddReceiverPlaintext } from './add-receiver-plaintext.tsx'
import { OtherIdentity } from './other-identity.tsx'

/** The dialog that adds a receiver, one step at a time. */
export function AddReceiver() {
  const adding = useWindow((state) => state.adding)
  switch (adding?.step) {
    case undefined:
      return null
    case 'address':
      return <AddReceiverAddress adding={adding} />
    case 'code':
      return <AddReceiverCode adding={adding} />
    case 'not-encrypted':
      return <AddReceiverPlaintext adding={adding} />
    case 'other-identity':
      return <OtherIdentity stop={adding} />
  }
}
