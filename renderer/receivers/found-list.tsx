import type { FoundReceiver } from '../../main/contract/receivers.ts'
import { useWindow } from '../actions/window-context.ts'

type Props = {
  readonly labelledBy: string
  readonly onChoose: (receiver: FoundReceiver) => void
  /** The popover to close when one is chosen. */
  readonly popover?: string
}

/** The receivers found on the network, each a button that adds or chooses it. */
export function FoundList({ labelledBy, onChoose, popover }: Props) {
  const receivers = useWindow((state) => state.foundReceivers)
  const chosenAddress = useWindow((state) => state.receivers.find(({ id }) => id === state.receiver)?.address)
  return (
    <ul className="found-list" aria-labelledby={labelledBy}>
      {receivers.map((receiver) => (
        <li key={receiver.id}>
          <button
            type="button"
            className="button found"
            data-testid="found"
            aria-pressed={receiver.address === chosenAddress}
            {...(popover !== undefined && { popoverTarget: popover, popoverTargetAction: 'hide' as const })}
            onClick={() => onChoose(receiver)}
          >
            <bdi className="found-name">{receiver.name}</bdi>
            <span className="found-address">{receiver.address}</span>
          </button>
        </li>
      ))}
    </ul>
  )
}
