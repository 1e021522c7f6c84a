import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { TransientError } from '../../src/errors.ts'
import { lostFile, openedFiles, requireOpened } from '../../src/files/opened.ts'

/** A file, which is removed when the test has ended. */
function newFile(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'opened-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'file')
  writeFileSync(path, 'kept')
  return path
}

test('a file is the one that was opened while its path leads to it, whatever is written into it', (t) => {
  const path = newFile(t)
  const opened = openedFiles([path])
  writeFileSync(path, 'something longer')
  t.is(lostFile(opened), undefined)
  t.notThrows(() => requireOpened(opened, 'write'))
})

test('a file that is moved is lost until it is put back, also when another has its name', (t) => {
  const path = newFile(t)
  const opened = openedFiles([path])
  renameSync(path, `${path}-away`)
  t.is(lostFile(opened), path)
  writeFileSync(path, 'kept')
  t.is(lostFile(opened), path)
  t.throws(() => requireOpened(opened, 'write'), {
    instanceOf: TransientError,
    message: new RegExp(`^write: ${path} was`),
  })
  renameSync(`${path}-away`, path)
  t.is(lostFile(opened), undefined)
})

test('a file that was not there is not missed', (t) => {
  const path = newFile(t)
  t.is(lostFile(openedFiles([`${path}-other`])), undefined)
})
