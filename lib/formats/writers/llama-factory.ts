import { z } from 'zod'
import { LIMITS } from '@/lib/contracts/limits'
import { choice, toggle } from '@/lib/contracts/options'
import { writeBundle } from '../llama-factory/bundle'
import { checkBundle } from '../llama-factory/check'
import { STAGES } from '../llama-factory/converter'
import { lengthOptions, ofTraining, TRAINING_OPTIONS } from './training'
import { defineWriter } from './types'

const SHAPES = {
  auto: 'As the rows came: chats as ShareGPT, others as Alpaca',
  alpaca: 'Alpaca',
  sharegpt: 'ShareGPT',
} as const

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
    shape: choice(SHAPES, {
      title: 'Shape of the rows',
      description: 'Alpaca columns or ShareGPT conversations in the data file.',
    }),
    ...TRAINING_OPTIONS,
  }),
  async prepare({ name, isChat, options, open, recipe, counter = null }) {
    const { shape, template, ...others } = options
    const format = shape === 'auto' ? (isChat ? 'sharegpt' : 'alpaca') : shape
    // A field that is being typed is empty for a while.
    const settings = {
      ...others,
      name,
      counter,
      format,
      template: template || 'default',
      ...lengthOptions(others),
    } as const
    const check = await checkBundle(open(), settings)
    return ofTraining(check, () => writeBundle(open, check, settings, recipe))
  },
})
