import { z } from 'zod'
import {
  BLIND_EXPORT_FORMATS,
  blindResultSchema,
  blindSessionSchema,
  blindStateSchema,
  blindVerdictSchema,
  startBlindSchema,
} from '@/lib/contracts/blind'
import { get, post, remove } from './endpoint'

/** Lists the blind sessions of a study, newest first, without what is compared. */
export const listBlindEndpoint = get('/studies/[studyId]/blind', {
  reply: z.array(blindSessionSchema),
})

/** Draws pairs of rows for a person, or takes those of another session. */
export const startBlindEndpoint = post('/studies/[studyId]/blind', {
  body: startBlindSchema,
  reply: blindSessionSchema,
})

/** Returns the next pair of a session, left and right, without its evolvers. */
export const blindStateEndpoint = get('/studies/[studyId]/blind/[sessionId]', {
  reply: blindStateSchema,
})

/** Deletes a blind session; it can be restored for 7 days. */
export const deleteBlindEndpoint = remove('/studies/[studyId]/blind/[sessionId]')

/** Undoes the deletion of a blind session. */
export const restoreBlindEndpoint = post('/studies/[studyId]/blind/[sessionId]/restore', {
  reply: blindStateSchema,
})

/** Stores a verdict on the next pair and returns the one after it. */
export const giveVerdictEndpoint = post('/studies/[studyId]/blind/[sessionId]/verdicts', {
  body: blindVerdictSchema,
  reply: blindStateSchema,
})

/** Undoes the last verdict and returns the pair it was on. */
export const undoVerdictEndpoint = post('/studies/[studyId]/blind/[sessionId]/undo', {
  reply: blindStateSchema,
})

/** Ends a session, after which its sides are shown and no verdict changes. */
export const endBlindEndpoint = post('/studies/[studyId]/blind/[sessionId]/end', {
  reply: blindSessionSchema,
})

/** Returns the result of a session that has ended, with its sides. */
export const blindResultEndpoint = get('/studies/[studyId]/blind/[sessionId]/result', {
  reply: blindResultSchema,
})

/** Returns the judgements of a session that has ended as CSV, or with its result as JSON. */
export const blindExportEndpoint = get('/studies/[studyId]/blind/[sessionId]/export', {
  query: z.object({ format: z.enum(BLIND_EXPORT_FORMATS).default('csv') }),
  streams: 'text/csv',
})
