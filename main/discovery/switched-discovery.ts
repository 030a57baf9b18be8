import type { FoundReceiver } from '../contract/receivers.ts'
import { type Browsing, browse } from './discovery.ts'
import { networksFor } from './discovery-networks.ts'

/** Looking for receivers, which the person switches on and off. */
export type SwitchedDiscovery = Browsing & {
  /** Starts or stops looking; nobody is found while it is off. */
  set(on: boolean): void
}

/** Off at first. `wish` is what the command line says of the networks to look on; see {@link networksFor}. */
export function createSwitchedDiscovery(
  wish: string | undefined,
  onChange: (found: readonly FoundReceiver[]) => void,
): SwitchedDiscovery {
  let browsing: Browsing | undefined
  return {
    set(on) {
      const networks = on ? networksFor(wish) : undefined
      if (networks !== undefined && browsing !== undefined) return
      browsing?.stop()
      browsing = networks && browse({ networks, onChange })
      if (browsing === undefined) onChange([])
    },
    list: () => browsing?.list() ?? [],
    lookAgain: () => browsing?.lookAgain(),
    stop: () => browsing?.stop(),
  }
}
