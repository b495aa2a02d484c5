import { own } from '../shared/column-path'
import { defineRecogniser } from '../types'

/** AutoIF stage 2: constraints with raw verification replies. */
export const autoifReplies = defineRecogniser({
  id: 'autoif-replies',
  matches: (head) => {
    const [row] = head.objects
    if (!row || typeof own(row, 'instruction') !== 'string') return false
    const replies = own(row, 'gpt-answer')
    return Array.isArray(replies) && replies.every((reply) => typeof reply === 'string')
  },
  message:
    'This is a middle stage of AutoIF (constraints with replies that hold verification code). Import the final file with instruction, input and output.',
})

/** AutoIF stage 3 and later: verification functions, test cases, entailment scores, graded responses. */
export const autoifChecks = defineRecogniser({
  id: 'autoif-checks',
  matches: (head) => {
    const [row] = head.objects
    if (!row) return false
    const has = (...keys: string[]) => keys.every((key) => Object.hasOwn(row, key))
    return has('eval_func', 'cases')
  },
  message:
    'This is a middle stage of AutoIF (verification functions and test cases). They are never run here. Import the final file with instruction, input and output.',
})
