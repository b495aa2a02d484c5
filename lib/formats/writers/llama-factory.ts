import { z } from 'zod'
import type { ExportRemedy } from '@/lib/contracts/export'
import { LIMITS } from '@/lib/contracts/limits'
import { choice, toggle } from '@/lib/contracts/options'
import { writeBundle } from '../llama-factory/bundle'
import { checkBundle, type BundleCheck } from '../llama-factory/check'
import { STAGES } from '../llama-factory/converter'
import { defineWriter } from './types'

/** A zip to train from. */
export const llamaFactory = defineWriter({
  id: 'llama-factory',
  label: 'LLaMA-Factory bundle',
  description:
    'A zip to train from: data file, dataset_info.json, training settings, a sidecar with lineage and metrics of every row, and the recipe.',
  extension: 'zip',
  mediaType: 'application/zip',
  hasSidecar: true,
  options: z.object({
    stage: choice(STAGES, {
      title: 'Training stage',
      description:
        'sft imitates answers, kto learns from answers marked as good or bad, dpo from pairs of a chosen and a rejected answer.',
    }),
    template: z.string().max(LIMITS.key).default('default').meta({
      title: 'Chat template',
      description: 'LLaMA-Factory chat template of the model to train.',
    }),
    foldInput: toggle({
      title: 'Fold input into the instruction',
      description:
        'Joins instruction and input, so that every LLaMA-Factory version builds the same prompt.',
      default: false,
    }),
    excludeBlocked: toggle({
      title: 'Exclude rows that would not train',
      description: 'Excludes the rows that training would leave out or stop at.',
      default: false,
    }),
    allowEmptyResponses: toggle({
      title: 'Allow empty responses',
      description: 'Keeps rows with an empty response; the recipe says so.',
      default: false,
    }),
  }),
  async prepare({ name, isChat, options, open, recipe }) {
    // A field that is being typed is empty for a while.
    const template = options.template || 'default'
    const settings = { name, format: isChat ? 'sharegpt' : 'alpaca', ...options, template } as const
    const check = await checkBundle(open(), settings)
    const { rowsKept, errors, warnings, droppedByReason, bytesEstimate } = check
    return {
      rowsKept,
      blocking: errors,
      remedies: remedies(check),
      warnings,
      droppedByReason,
      bytesEstimate,
      write: () => writeBundle(open, check, settings, recipe),
    }
  },
})

function remedies({ errors, rowsIn, rowsKept }: BundleCheck): ExportRemedy[] {
  const ofRows = errors.filter(({ rows }) => rows > 0)
  const left = rowsIn - rowsKept
  if (ofRows.length === 0 || rowsKept === 0) return []
  const exclude = {
    option: 'excludeBlocked',
    label: left === 1 ? 'Exclude this row' : `Exclude these ${left} rows`,
    effect: `leaves ${left} of ${rowsIn} rows out`,
  }
  const keep = {
    option: 'allowEmptyResponses',
    label: 'Keep rows without a response',
    effect: 'keeps rows with an empty response',
  }
  const isAboutResponses = ofRows.every(({ rule }) => rule.startsWith('response_'))
  return isAboutResponses ? [exclude, keep] : [exclude]
}
