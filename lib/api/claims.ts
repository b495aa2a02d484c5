import { z } from 'zod'
import { claimCardSchema, claimListSchema, OWN_CLAIMS_SIZE } from '@/lib/contracts/claims'
import { nameSchema } from '@/lib/contracts/limits'
import { get, post } from './endpoint'

const choice = z.object({
  small: nameSchema.optional().describe('Key of the small evolver.'),
  large: nameSchema.optional().describe('Key of the large evolver.'),
  margin: (z.coerce.number().min(0).max(100) as unknown as z.ZodType<number, number>)
    .optional()
    .describe('Points by which general ability may be lower.'),
})

export const listClaimsEndpoint = get('/studies/[studyId]/claims', {
  summary: 'Lists the claims that can be checked on a study, and which evolvers they are about.',
  query: choice,
  reply: claimListSchema,
})

export const checkClaimsEndpoint = get('/studies/[studyId]/claims/check', {
  summary: 'Checks one claim or all: differences with interval and test, and the verdict.',
  query: choice.extend({ claim: nameSchema.optional().describe('Id of one claim; all without.') }),
  reply: z.array(claimCardSchema),
})

/** Ways in which the claims are written. */
export const CLAIM_REPORTS = ['markdown', 'html'] as const

export const claimsReportEndpoint = get('/studies/[studyId]/claims/report', {
  summary: 'Returns all claims as a document to download.',
  query: choice.extend({ format: z.enum(CLAIM_REPORTS).default('markdown') }),
  streams: 'text/plain',
})

export const saveOwnClaimsEndpoint = post('/studies/[studyId]/claims/own', {
  summary: 'Keeps a YAML file of own claims with the study; an empty text removes it.',
  body: z.object({ text: z.string().max(OWN_CLAIMS_SIZE) }),
})
