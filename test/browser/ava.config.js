/** `npm test` needs nothing but Node, and leaves these out: they need Chromium. */
const config = {
  extensions: ['ts'],
  files: ['test/browser/**/*.test.ts'],
  timeout: '5m',
  concurrency: 1,
  serial: true,
}

// biome-ignore lint/style/noDefaultExport: ava reads no other
export default config
