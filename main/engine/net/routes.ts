import { diagnose } from './diagnosis.ts'
import type { Route } from './route.ts'

export type RoutesOptions = {
  readonly routeTo: (receiver: string) => Route | undefined
  readonly onSuccession: (receiver: string, certificatePem: string) => void
}

/** The routes to receivers, with every change of certificate that became known in this run. */
export function createRoutes({ routeTo, onSuccession }: RoutesOptions) {
  /**
   * From each certificate (PEM) to its successor (PEM). The newest certificate has no successor here, so following it
   * ends.
   */
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
    /**
     * Finds out why `route` failed. Resolves when there is a new route to try at once; else fails with what was found.
     */
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
