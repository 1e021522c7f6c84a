/**
 * Google's client asks the metadata server of its cloud for credentials, and where there is none, as outside of it, it may say so by a
 * warning of Node's, past the log. Our own error reports its consequence.
 */
const OF_THE_CLIENT = 'MetadataLookupWarning'

let isQuiet = false

/** Leaves that warning out from now on, in this thread; any other goes on as before. */
export function leaveOutWarnings(): void {
  if (isQuiet) return
  isQuiet = true
  const { emitWarning } = process
  process.emitWarning = (...given: readonly unknown[]) => {
    if (!given.includes(OF_THE_CLIENT)) Reflect.apply(emitWarning, process, given)
  }
}
