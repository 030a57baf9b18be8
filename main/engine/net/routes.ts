import { diagnose } from './diagnosis.ts'
import type { Route } from './route.ts'

export type RoutesOptions = {
  readonly routeTo: (receiver: string) => Route | undefined
  readonly onSuccession: (receiver: string, certificatePem: string) => void
}

/** The routes to receivers as they are given, with every change of certificate followed that came to light in this run. */
export function createRoutes({ routeTo, onSuccession }: RoutesOptions) {
  /** From each certificate to the one that succeeded it, both PEM. The newest has no successor here, so this never goes in a circle. */
  const successors = new Map<string, string>()

  function newest(certificatePem: string): string {
    const successor = successors.get(certificatePem)
    return successor === undefined ? certificatePem : newest(successor)
  }

  return {
    to(receiver: string): Route | undefined {
      const route = routeTo(receiver)
      if (route?.security.kind !== 'pinned') return route
      return { ...route, security: { ...route.security, certificatePem: newest(route.security.certificatePem) } }
    },
    /** Looks into a failure on `route`. Resolves when there is a new route to try at once; else fails with what was found. */
    async follow(receiver: string, route: Route, error: unknown, signal: AbortSignal): Promise<void> {
      const found = await diagnose(error, route, signal)
      if (found.kind === 'trouble') throw found.error
      const { certificatePem } = found
      successors.delete(certificatePem)
      if (route.security.kind === 'pinned') successors.set(route.security.certificatePem, certificatePem)
      onSuccession(receiver, certificatePem)
    },
  }
}
