import { z } from 'zod'
import { isRefusal } from '@/lib/metrics/judging/parsed'
import type { Reading } from '../types'
import { methodLines } from './methods'
import { parseReply } from './sections'

/** What an item of an evolution holds. */
export const madeSchema = z.object({
  instruction: z.string(),
  methods: z.array(z.string()),
  plan: z.string(),
  rewritten: z.string(),
})

/** The value of an item whose reply says nothing. */
export const NOTHING = { instruction: '', methods: [], plan: '', rewritten: '' }

/** Returns the reading of a reply in four sections: methods, plan, rewrite and the final instruction. */
export function readReply({ text, finishReason }: { text: string; finishReason: string }): Reading {
  if (text.trim() === '') return { status: 'failed', reason: 'empty', value: NOTHING }
  const { instruction, methods, plan, rewritten, repairs, fault } = parseReply(text)
  const value = { instruction, methods: methodLines(methods), plan, rewritten }
  const failed = (reason: string): Reading => ({ status: 'failed', reason, value })
  if (finishReason === 'length') return failed('truncated')
  if (fault !== null)
    return failed(fault === 'no_final_header' && isRefusal(text) ? 'refusal' : fault)
  if (repairs.length > 0) return { status: 'repaired', reason: repairs.join('+'), value }
  return { status: 'ok', reason: null, value }
}
