import { judgePairInstruction } from '@/lib/prompts/judge-pair-instruction'
import { pairMetric, requestOf } from './judging/pair'

/** Which of two instructions made from one seed a judge model prefers. */
export const pairInstructions = pairMetric({
  id: 'pair_instructions',
  label: 'Instruction against instruction',
  description:
    'A judge model compares each instruction with another one made from the same seed, in both orders.',
  source:
    'Pairwise judging of arXiv 2412.11231 (Figures 6 and 7) applied to instructions; not in the paper',
  prompt: judgePairInstruction,
  of: 'instruction',
  against: ['previous', 'arm', 'seeds'],
  response: false,
  pair(row, partner) {
    if (row.instruction === '' || partner.instruction === '') return { status: 'empty_instruction' }
    return { texts: { row: requestOf(row), partner: requestOf(partner) } }
  },
})
