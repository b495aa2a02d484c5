import { judgePairResponse } from '@/lib/prompts/judge-pair-response'
import { pairMetric, requestOf } from './judging/pair'

/** Which of two responses to the same instruction a judge model prefers. */
export const pairResponses = pairMetric({
  id: 'pair_responses',
  label: 'Response against response',
  description:
    'A judge model compares the response of each row with another response to the same instruction, in both orders.',
  source:
    'Pairwise judging as for Figures 6 and 7 of arXiv 2412.11231, whose script asks one order only; prompt in our own words',
  prompt: judgePairResponse,
  of: 'response',
  against: ['arm', 'previous', 'seeds', 'responses'],
  response: true,
  pair(row, partner) {
    if (!row.response || !partner.response) return { status: 'no_response' }
    const instruction = requestOf(row)
    if (instruction !== requestOf(partner)) {
      const message = 'The two responses answer different instructions.'
      return { status: 'not_applicable', message }
    }
    return { texts: { row: row.response, partner: partner.response }, more: { instruction } }
  },
})
