/** Faults by name, injected where a destination looks. */

/** A signal that aborts when it is looked at for the nth time (from 1), so that every place of stopping is met in turn. */
export function abortingAt(check: number): { signal: AbortSignal; reason: Error; fired: () => boolean } {
  const controller = new AbortController()
  const reason = new Error(`stopped at look ${check}`)
  let looks = 0
  const signal = new Proxy(controller.signal, {
    get(target, property) {
      looks += 1
      if (looks === check) controller.abort(reason)
      const value: unknown = Reflect.get(target, property, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  return { signal, reason, fired: () => controller.signal.aborted }
}
