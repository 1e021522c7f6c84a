/** Where the server does not run, that is said, with the way out. */
import test from 'ava'
import { requirePlatform, thisPlatform } from './engine/platform.ts'

test('Linux x64 with glibc is taken, and here it is that', (t) => {
  t.notThrows(() => requirePlatform({ system: 'linux', arch: 'x64', glibc: '2.36' }))
  t.notThrows(() => requirePlatform(thisPlatform()))
})

test('any other system is refused by its name, with what to do', (t) => {
  for (const [system, arch, glibc, named] of [
    ['darwin', 'arm64', undefined, 'darwin arm64'],
    ['win32', 'x64', undefined, 'win32 x64'],
    ['linux', 'arm64', '2.36', 'linux arm64'],
    ['linux', 'x64', undefined, 'linux x64 without glibc'],
  ] as const) {
    const message = t.throws(() => requirePlatform({ system, arch, glibc }))?.message ?? ''
    t.true(message.includes(`this is ${named}; run it in a container`), message)
    t.regex(message, /docker run .*--platform linux\/amd64/)
  }
})
