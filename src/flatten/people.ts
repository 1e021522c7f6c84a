/** Keeps the newest state of each user and account while a batch goes by: the row and each collection by its own version. */
import type { AccountRecord, EventRecord } from '../../schemas/records.ts'
import { accountAttributes, accounts, userAttributes, userSegments, users } from '../../schemas/tables/people.ts'
import { carried, putAttributes, putMembers } from './children.ts'
import { outputOf } from './output.ts'
import { newest, type Version, versionText } from './version.ts'

interface UserKept {
  user: Version
  attributes: Version | undefined
  segments: Version | undefined
}

export function userRows() {
  const states = new Map<string, UserKept>()
  return {
    add(version: Version): void {
      const { userUuid, attributes, segments } = version.event
      let state = states.get(userUuid)
      if (state === undefined) {
        state = { user: version, attributes: undefined, segments: undefined }
        states.set(userUuid, state)
      }
      state.user = newest(state.user, version)
      if (attributes !== undefined) state.attributes = newest(state.attributes, version)
      if (segments !== undefined) state.segments = newest(state.segments, version)
    },
    rows() {
      const out = { users: outputOf(users), attributes: outputOf(userAttributes), segments: outputOf(userSegments) }
      for (const [userUuid, state] of states) {
        const attributes = carried(state.attributes, state.attributes?.event.attributes)
        const segments = carried(state.segments, state.segments?.event.segments)
        out.users.put({ event: state.user.event, version: versionText(state.user), attributes, segments })
        if (state.attributes?.event.attributesInRows) putAttributes(out.attributes, userUuid, attributes)
        putMembers(out.segments, userUuid, null, segments)
      }
      return { users: out.users.rows, user_attributes: out.attributes.rows, user_segments: out.segments.rows }
    },
  }
}

type Account = AccountRecord & { readonly uuid: string }
type AccountEvent = EventRecord & { readonly account: Account }

interface AccountKept {
  account: Version<AccountEvent>
  attributes: Version<AccountEvent> | undefined
}

export function accountRows() {
  const states = new Map<string, AccountKept>()
  return {
    /** An account without uuid is part of respondents only. */
    add(version: Version): void {
      if (!ofAccount(version)) return
      const { uuid, attributes } = version.event.account
      let state = states.get(uuid)
      if (state === undefined) {
        state = { account: version, attributes: undefined }
        states.set(uuid, state)
      }
      state.account = newest(state.account, version)
      if (attributes !== undefined) state.attributes = newest(state.attributes, version)
    },
    rows() {
      const out = { accounts: outputOf(accounts), attributes: outputOf(accountAttributes) }
      for (const [uuid, state] of states) {
        const { event } = state.account
        const attributes = carried(state.attributes, state.attributes?.event.account.attributes)
        out.accounts.put({ event, account: event.account, version: versionText(state.account), attributes })
        if (state.attributes?.event.account.attributesInRows) putAttributes(out.attributes, uuid, attributes)
      }
      return { accounts: out.accounts.rows, account_attributes: out.attributes.rows }
    },
  }
}

function ofAccount(version: Version): version is Version<AccountEvent> {
  return typeof version.event.account?.uuid === 'string'
}
