import { mock } from 'node:test'
import test from 'ava'
import { NotYetError, PermanentError, TransientError } from '../../src/errors.ts'
import { type Job, startJobs } from '../../src/load/jobs.ts'
import { nextTime } from '../../src/load/schedule.ts'
import { silentLog } from '../support/loading.ts'

const CRON = '0 6 * * *'

/** Milliseconds: longer than the first pause after what may pass by itself, and shorter than the second. */
const FIRST_PAUSE = 1000

/** Jobs whose times come when the test says so. */
function simulated(jobs: readonly Job[], log = silentLog) {
  const due: (() => void)[] = []
  let ended = Promise.withResolvers<void>()
  const started = startJobs(jobs, {
    log,
    onEnd() {
      ended.resolve()
      ended = Promise.withResolvers()
    },
    schedule(cron, task) {
      due.push(cron === CRON ? task : () => {})
      return () => {}
    },
  })
  return { ...started, comes: (at = 0) => due[at]?.(), end: () => ended.promise }
}

/** A job that runs until it is told to end or fail, or is stopped. */
function controlled(name: string) {
  let current = Promise.withResolvers<void>()
  let begun = Promise.withResolvers<void>()
  const times: Date[] = []
  const job: Job = {
    name,
    cron: CRON,
    async run(at, signal) {
      times.push(at)
      current = Promise.withResolvers()
      signal.addEventListener('abort', () => current.reject(signal.reason))
      begun.resolve()
      begun = Promise.withResolvers()
      await current.promise
      return {}
    },
  }
  return {
    job,
    times,
    begins: () => begun.promise,
    finish: () => current.resolve(),
    fail: (error: Error) => current.reject(error),
  }
}

test.serial('only failures in a row that may pass by themselves make the pause longer', async (t) => {
  mock.timers.enable({ apis: ['setTimeout'] })
  t.teardown(() => mock.timers.reset())
  const { job, times, fail } = controlled('one')
  const jobs = simulated([job])
  const fails = async (error: Error) => {
    const ended = jobs.end()
    fail(error)
    await ended
  }
  const passing = new TransientError('another process holds it')
  for (let n = 1; n <= 5; n++) {
    jobs.comes()
    await fails(new PermanentError('there is no such survey'))
  }
  jobs.comes()
  await fails(passing)
  mock.timers.tick(FIRST_PAUSE)
  t.is(times.length, 7)
  await fails(passing)
  mock.timers.tick(FIRST_PAUSE - 1)
  t.is(times.length, 7, 'the second pause is longer')
  jobs.comes()
  await fails(new PermanentError('there is no such survey'))
  jobs.comes()
  await fails(passing)
  mock.timers.tick(FIRST_PAUSE)
  t.is(times.length, 10)
  await jobs.stop()
})

test('jobs that are due run one after the other', async (t) => {
  const [one, other] = [controlled('one'), controlled('other')]
  const jobs = simulated([one.job, other.job])
  jobs.comes(0)
  jobs.comes(1)
  t.deepEqual([one.times.length, other.times.length], [1, 0])
  const begun = other.begins()
  one.finish()
  await begun
  t.is(other.times.length, 1)
  await jobs.stop()
})

test('a load that is due ends the job under way, which begins again after it, as of the same time', async (t) => {
  const { job, times, begins } = controlled('one')
  const jobs = simulated([job])
  jobs.comes()
  await jobs.hold()
  await jobs.hold()
  t.is(times.length, 1)
  jobs.release()
  t.is(times.length, 1, 'another load still runs')
  const begun = begins()
  jobs.release()
  await begun
  t.is(times[1], times[0])
  t.is(jobs.failure(), null)
  await jobs.stop()
})

test('that loads end a job again and again is told, until it has ended by itself', async (t) => {
  const { job, begins, finish } = controlled('one')
  const jobs = simulated([job])
  let begun = begins()
  jobs.comes()
  for (const told of [null, null, 'export one failed: loads ended it 3 times']) {
    await begun
    await jobs.hold()
    t.is(jobs.failure()?.startsWith(told ?? '-') ?? null, told === null ? null : true)
    begun = begins()
    jobs.release()
  }
  await begun
  const end = jobs.end()
  finish()
  await end
  t.is(jobs.failure(), null)
  await jobs.stop()
})

test('what comes due while a load runs waits for it, and comes once however often it was due', async (t) => {
  const { job, times, begins, finish } = controlled('one')
  const jobs = simulated([job])
  await jobs.hold()
  jobs.comes()
  jobs.comes()
  t.is(times.length, 0)
  const begun = begins()
  jobs.release()
  await begun
  const ended = jobs.end()
  finish()
  await ended
  t.is(times.length, 1)
  await jobs.stop()
})

test('a failure is told until the job has worked, and its next time tries again', async (t) => {
  const { job, times, fail, finish } = controlled('weekly')
  const jobs = simulated([job])
  jobs.comes()
  let ended = jobs.end()
  fail(new PermanentError('export x: there is no such survey; did you mean y?'))
  await ended
  t.is(jobs.failure(), 'export weekly failed: export x: there is no such survey; did you mean y?')
  ended = jobs.end()
  jobs.comes()
  finish()
  await ended
  t.is(times.length, 2)
  t.is(jobs.failure(), null)
  await jobs.stop()
})

test('that nothing is loaded yet is no failure, and is told with the next time', async (t) => {
  const { job, times, fail } = controlled('weekly')
  const lines: unknown[][] = []
  const info = (...line: unknown[]) => void lines.push(line)
  const jobs = simulated([job], { ...silentLog, info, error: () => t.fail() })
  jobs.comes()
  let ended = jobs.end()
  fail(new TransientError('another process holds it'))
  await ended
  t.not(jobs.failure(), null)
  jobs.comes()
  ended = jobs.end()
  fail(new NotYetError('there is no warehouse yet'))
  await ended
  t.is(jobs.failure(), null)
  t.deepEqual(lines, [
    [
      { export: 'weekly', reason: 'there is no warehouse yet', next: nextTime(CRON) },
      'nothing to export before the first load, its next time tries again',
    ],
  ])
  t.is(times.length, 2)
  await jobs.stop()
})

test('what passes by itself, such as a file that another process loads into, is tried again', async (t) => {
  const { job, times, begins, fail } = controlled('one')
  const jobs = simulated([job])
  jobs.comes()
  const begun = begins()
  fail(new TransientError('another process holds it'))
  await begun
  t.is(times.length, 2)
  await jobs.stop()
})

test('a job that is to be tried again lets those that wait go first, and is told meanwhile', async (t) => {
  const [one, other] = [controlled('one'), controlled('other')]
  const jobs = simulated([one.job, other.job])
  jobs.comes(0)
  jobs.comes(1)
  let next = [one.begins(), other.begins()]
  one.fail(new TransientError('another process holds it'))
  await Promise.race(next)
  t.deepEqual([one.times.length, other.times.length], [1, 1])
  t.is(jobs.failure(), 'export one failed: another process holds it')
  next = [one.begins(), other.begins()]
  other.finish()
  await Promise.race(next)
  t.deepEqual([one.times.length, other.times.length], [2, 1])
  t.is(one.times[1], one.times[0])
  const ended = jobs.end()
  one.finish()
  await ended
  t.is(jobs.failure(), null)
  await jobs.stop()
})

test('a job in its pause is tried at once when it comes due anew, once and as of then', async (t) => {
  const { job, times, fail, finish } = controlled('one')
  const jobs = simulated([job])
  jobs.comes()
  const failed = jobs.end()
  fail(new TransientError('another process holds it', { after: 2 ** 30 }))
  await failed
  t.is(times.length, 1)
  jobs.comes()
  t.is(times.length, 2)
  t.not(times[1], times[0])
  const ended = jobs.end()
  finish()
  await ended
  t.is(times.length, 2)
  await jobs.stop()
})

test('a job that came due anew before it failed has no pause', async (t) => {
  const { job, times, begins, fail } = controlled('one')
  const jobs = simulated([job])
  jobs.comes()
  jobs.comes()
  const begun = begins()
  fail(new TransientError('another process holds it', { after: 2 ** 30 }))
  await begun
  t.is(times.length, 2)
  t.not(times[1], times[0])
  await jobs.stop()
})

test('stopping ends the job under way, and nothing begins after it', async (t) => {
  const { job, times } = controlled('one')
  const jobs = simulated([job])
  jobs.comes()
  await jobs.stop()
  jobs.comes()
  t.is(times.length, 1)
})
