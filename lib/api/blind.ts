import { z } from 'zod'
import {
  BLIND_EXPORT_FORMATS,
  blindResultSchema,
  blindSessionSchema,
  blindStateSchema,
  blindVerdictSchema,
  startBlindSchema,
} from '@/lib/contracts/blind'
import { collection, get, post, undoable } from './endpoint'

export const [listBlindEndpoint, startBlindEndpoint] = collection('/studies/[studyId]/blind', {
  lists: 'Lists the blind sessions of a study, newest first, without what is compared.',
  adds: 'Draws pairs of rows for a person, or takes those of another session.',
  body: startBlindSchema,
  item: blindSessionSchema,
})

export const blindStateEndpoint = get('/studies/[studyId]/blind/[sessionId]', {
  summary: 'Returns the next pair of a session, left and right, without its evolvers.',
  reply: blindStateSchema,
})

export const [deleteBlindEndpoint, restoreBlindEndpoint] = undoable(
  '/studies/[studyId]/blind/[sessionId]',
  'a blind session',
  blindStateSchema,
)

export const giveVerdictEndpoint = post('/studies/[studyId]/blind/[sessionId]/verdicts', {
  summary: 'Stores a verdict on the next pair and returns the one after it.',
  body: blindVerdictSchema,
  reply: blindStateSchema,
})

export const undoVerdictEndpoint = post('/studies/[studyId]/blind/[sessionId]/undo', {
  summary: 'Undoes the last verdict and returns the pair it was on.',
  reply: blindStateSchema,
})

export const endBlindEndpoint = post('/studies/[studyId]/blind/[sessionId]/end', {
  summary: 'Ends a session, after which its sides are shown and no verdict changes.',
  reply: blindSessionSchema,
})

export const blindResultEndpoint = get('/studies/[studyId]/blind/[sessionId]/result', {
  summary: 'Returns the result of a session that has ended, with its sides.',
  reply: blindResultSchema,
})

export const blindExportEndpoint = get('/studies/[studyId]/blind/[sessionId]/export', {
  summary: 'Returns the judgements of a session that has ended as CSV, or with its result as JSON.',
  query: z.object({ format: z.enum(BLIND_EXPORT_FORMATS).default('csv') }),
  streams: 'text/csv',
})
