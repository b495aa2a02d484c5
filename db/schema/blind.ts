import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { z } from 'zod'
import { storedBlindPairSchema, storedBlindPlanSchema } from '@/lib/contracts/blind'
import { storedJson } from '../stored-json'
import { createdAndDeleted, ownedBy, ownNo } from './columns'
import { ofStudy } from './studies'

/** One person's judging of drawn pairs. */
export const blindSessions = sqliteTable(
  'blind_sessions',
  {
    ...ofStudy(),
    person: text('person').notNull(),
    plan: storedJson('plan', storedBlindPlanSchema).notNull(),
    pairs: storedJson('pairs', z.array(storedBlindPairSchema)).notNull(),
    /** Set when the sides were revealed; nothing is judged afterwards. */
    endedAt: integer('ended_at'),
    ...createdAndDeleted(),
  },
  (table) => [index('blind_sessions_study').on(table.studyId)],
)

/** Log of verdicts; those that count are the ones that are not undone. */
export const blindVerdicts = sqliteTable(
  'blind_verdicts',
  {
    no: ownNo(),
    sessionId: ownedBy('session_id', () => blindSessions.id),
    /** Position in the session's pairs. */
    pair: integer('pair').notNull(),
    /** left | right | tie | skip. */
    verdict: text('verdict', { enum: ['left', 'right', 'tie', 'skip'] }).notNull(),
    ms: integer('ms').notNull(),
    at: integer('at').notNull(),
    undoneAt: integer('undone_at'),
  },
  (table) => [index('blind_verdicts_session').on(table.sessionId)],
)
