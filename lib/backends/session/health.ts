import { isUnreachable, type Failure } from './request-error'

// Failures in a row before a server counts as down: fewer are a restart behind a proxy.
const UNREACHABLE_IN_A_ROW = 5
// A burst of refusals of an overloaded server is no storm; one that lasts is an engine that is gone.
const STORM_IN_A_ROW = 10
const STORM_MS = 10_000
// Replies in a row that cannot be believed: chance does not do that, a server or its settings do.
const BAD_REPLIES_IN_A_ROW = 3
// A person who goes on after that has looked: the texts may be at fault after all, so the next stop takes many more.
const PATIENCE_GROWTH = 10

/** What a failure says of a server: nothing, that it may have been replaced, that it is troubled, or that it is gone. */
type Verdict = 'nothing' | 'doubtful' | 'troubled' | 'down'

/** Counts what goes wrong at one server without anything going right between. */
export class Health {
  private unreachable = 0
  private storm = 0
  private stormSince = 0
  private badReplies = 0
  private patience = BAD_REPLIES_IN_A_ROW

  /** It answered as it should. */
  answered(): void {
    this.alive()
    this.badReplies = 0
  }

  /** It answered, which says nothing of the replies that were asked for before. */
  alive(): void {
    this.unreachable = 0
    this.storm = 0
  }

  /** Counts a reply that could not be believed; returns whether so many came in a row that the job should stop. */
  badReply(): boolean {
    this.badReplies += 1
    if (this.badReplies < this.patience) return false
    this.badReplies = 0
    this.patience *= PATIENCE_GROWTH
    return true
  }

  /** Counts a failure at a time in milliseconds. */
  failed(failure: Failure, now: number): Verdict {
    if (isUnreachable(failure)) {
      this.unreachable += 1
      return this.unreachable >= UNREACHABLE_IN_A_ROW ? 'down' : 'doubtful'
    }
    this.unreachable = 0
    if (failure.kind !== 'retry' || (failure.httpStatus ?? 0) < 500) return 'nothing'
    if (this.storm === 0) this.stormSince = now
    this.storm += 1
    const isGone = this.storm >= STORM_IN_A_ROW && now - this.stormSince >= STORM_MS
    return isGone ? 'down' : 'troubled'
  }
}
