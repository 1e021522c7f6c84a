import { spawn } from 'node:child_process'
import { once } from 'node:events'
import test from 'ava'
import { isRunning } from '../../src/files/running.ts'

/** Only Linux has /proc/PID/stat. */
const onLinux = process.platform === 'linux' ? test : test.skip

test('this process runs, and one that has ended does not', async (t) => {
  t.true(isRunning(process.pid))
  const child = spawn(process.execPath, ['-e', ''])
  await once(child, 'close')
  t.false(isRunning(child.pid ?? process.pid))
})

onLinux('a process that has ended does not run, though its parent has not asked for the outcome', async (t) => {
  // The shell turns into `sleep`, which never collects the exit status of its child.
  const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] })
  t.teardown(() => parent.kill('SIGKILL'))
  const [line] = await once(parent.stdout, 'data')
  const pid = Number(String(line))
  while (isRunning(pid)) await new Promise((resolve) => setImmediate(resolve))
  t.notThrows(() => process.kill(pid, 0))
})
