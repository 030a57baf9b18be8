import { execFileSync } from 'node:child_process'
import { onTestFinished } from 'vitest'

/** Runs `ip` of iproute2. Throws with what it said. */
function ip(...args: readonly string[]): void {
  execFileSync('ip', args, { stdio: 'pipe' })
}

/** Whether this process may make networks of its own: Linux, root, iproute2. */
export function canMakeNamespaces(): boolean {
  const name = namespaceName('probe')
  try {
    ip('netns', 'add', name)
    ip('netns', 'del', name)
    return true
  } catch {
    // Not allowed, or no such program.
    return false
  }
}

/** A machine of its own as far as networks go, gone after the test. */
export type Namespace = { readonly name: string; readonly program: readonly string[] }

/** Makes a namespace, with its loopback up. */
export function namespace(of: string): Namespace {
  const name = namespaceName(of)
  ip('netns', 'add', name)
  onTestFinished(() => ip('netns', 'del', name))
  ip('-n', name, 'link', 'set', 'lo', 'up')
  return { name, program: ['ip', 'netns', 'exec', name] }
}

/** Joins two namespaces with a cable; each end gets its address, written `10.0.0.1/24`. */
export function cable(
  a: Namespace & { readonly address: string },
  b: Namespace & { readonly address: string },
  device: string,
): void {
  ip('-n', a.name, 'link', 'add', device, 'type', 'veth', 'peer', 'name', device, 'netns', b.name)
  for (const { name, address } of [a, b]) {
    // An IPv6 address would be unusable for seconds, while the system looks for somebody else who has it.
    ip('-n', name, 'addr', 'add', address, 'dev', device, ...(address.includes(':') ? ['nodad'] : []))
    ip('-n', name, 'link', 'set', device, 'up')
  }
}

/** Pulls the cable out, on one side. */
export function unplug({ name }: Namespace, device: string): void {
  ip('-n', name, 'link', 'del', device)
}

function namespaceName(of: string): string {
  return `longshore-${process.pid}-${of}`
}
