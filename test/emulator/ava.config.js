/** `npm test` needs nothing but Node, and leaves these out. */
const config = {
  extensions: ['ts'],
  files: ['test/emulator/**/*.test.ts'],
  timeout: '5m',
  // Each file has an emulator, which does one thing at a time.
  concurrency: 2,
  serial: true,
}

// biome-ignore lint/style/noDefaultExport: ava reads no other
export default config
