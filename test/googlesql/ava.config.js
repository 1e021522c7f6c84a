/** `npm test` needs nothing but Node, and leaves these out. */
const config = {
  extensions: ['ts'],
  files: ['test/googlesql/**/*.test.ts'],
  timeout: '5m',
  // Files, each of which has a server.
  concurrency: 2,
}

// biome-ignore lint/style/noDefaultExport: ava reads no other
export default config
