import { EventEmitter } from 'node:events'

/**
 * Names that the language and its tools look up on every object (await, JSON, util.inspect, instanceof). Absent means
 * "no".
 */
const ASKED_OF_EVERYTHING = new Set(['then', 'toJSON', 'inspect', 'domain', '__esModule', 'default'])

function refuse(name: string, key: string | symbol): undefined {
  if (typeof key === 'symbol' || ASKED_OF_EVERYTHING.has(key)) return undefined
  throw new Error(`electron.${name}.${key} is not implemented in the Chromium host`)
}

/**
 * The last object of a prototype chain: it throws for every name that no object before it has. It is at the end of the
 * chain, and not a proxy around the object, so that methods keep their real `this` and private fields work.
 */
function backstop(name: string, prototype: object): object {
  return new Proxy(Object.create(prototype), {
    get: (target, key, receiver) => (key in target ? Reflect.get(target, key, receiver) : refuse(name, key)),
  })
}

/**
 * Makes reading a member that `object` does not have throw
 * `electron.NAME.MEMBER is not implemented in the Chromium host`.
 */
export function strict<T extends object>(name: string, object: T): T {
  return Object.setPrototypeOf(object, backstop(name, Object.prototype))
}

/** A base class for the host's event emitters that throws, like {@link strict}, for members nobody wrote. */
export function strictEmitter(name: string): new () => EventEmitter {
  class StrictEmitter extends EventEmitter {}
  Object.setPrototypeOf(StrictEmitter.prototype, backstop(name, EventEmitter.prototype))
  return StrictEmitter
}

/** Stands for a whole Electron module or class that the host lacks: any use of it throws. */
export function unimplemented(name: string): unknown {
  // Not an arrow function: those cannot be constructed, and would say so instead.
  function refuseUse(): never {
    throw new Error(`electron.${name} is not implemented in the Chromium host`)
  }
  return new Proxy(refuseUse, {
    get: (_target, key) => refuse(name, key),
    apply: refuseUse,
    construct: refuseUse,
  })
}
