/** A real browser: Debian's Chromium, or another of the machine's that CHROMIUM_PATH names. */
import { type Browser, chromium } from 'playwright-core'

const { CHROMIUM_PATH = '/usr/bin/chromium' } = process.env

/** @throws Error with the way out when there is none */
export async function startChromium(): Promise<Browser> {
  try {
    // The pages are our own, and root, as CI is, has no sandbox.
    return await chromium.launch({ executablePath: CHROMIUM_PATH, args: ['--no-sandbox'] })
  } catch (cause) {
    throw new Error(
      `start ${CHROMIUM_PATH}: it cannot be started; apt-get install chromium, or set CHROMIUM_PATH to a Chromium or Chrome`,
      { cause },
    )
  }
}
