/** Work that is no longer waited for once a signal says so. What of it is under way goes on; how it ends is then nobody's. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const abort = () => reject(signal.reason)
  try {
    signal.throwIfAborted()
    signal.addEventListener('abort', abort, { once: true })
    return await Promise.race([work, promise])
  } finally {
    signal.removeEventListener('abort', abort)
    work.catch(() => {})
  }
}
