/** Which machines the server of the package runs on. */

export interface Platform {
  /** As `process.platform` and `process.arch` have them. */
  readonly system: string
  readonly arch: string
  /** The version of glibc; undefined where there is none, as in Alpine Linux. */
  readonly glibc: string | undefined
}

export function thisPlatform(): Platform {
  const report: unknown = process.report.getReport()
  const header: unknown = typeof report === 'object' && report !== null ? Reflect.get(report, 'header') : undefined
  const glibc: unknown = typeof header === 'object' && header !== null ? Reflect.get(header, 'glibcVersionRuntime') : ''
  return {
    system: process.platform,
    arch: process.arch,
    glibc: typeof glibc === 'string' && glibc !== '' ? glibc : undefined,
  }
}

/** @throws Error that says the way out, where the server does not run */
export function requirePlatform({ system, arch, glibc }: Platform): void {
  if (system === 'linux' && arch === 'x64' && glibc !== undefined) return
  const here = `${system} ${arch}${system === 'linux' && glibc === undefined ? ' without glibc' : ''}`
  throw new Error(
    `start GoogleSQL's server: it runs on Linux x64 with glibc, and this is ${here}; run it in a container of such a system, ` +
      'as by `docker run --rm --platform linux/amd64 -v "$PWD":/project -w /project node:24 sh -c "npm ci && npm run test:googlesql"` on a copy ' +
      'of the project, or leave it to CI',
  )
}
