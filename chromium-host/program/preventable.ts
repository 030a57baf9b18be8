/** An event whose listeners can call off what is about to happen. */
export type Preventable<Extra extends object = object> = Extra & {
  readonly defaultPrevented: boolean
  preventDefault(): void
}

/** A fresh {@link Preventable} that also carries `extra`. */
export function preventable<Extra extends object>(extra: Extra): Preventable<Extra> {
  let prevented = false
  const preventDefault = () => {
    prevented = true
  }
  const getters = { defaultPrevented: { get: () => prevented, enumerable: true } }
  return Object.defineProperties({ ...extra, preventDefault }, getters) as Preventable<Extra>
}
