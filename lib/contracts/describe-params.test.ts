import { expect, it } from 'vitest'
import { z } from 'zod'
import { describeParams, plainFields } from './describe-params'

it('describes parameters as fields of a form: kind, choices, default, and what of a study a text names', () => {
  const schema = z.object({
    against: z.enum(['arm', 'seeds']).default('arm').describe('With what.'),
    arm: z.string().max(200).default('').describe('Key.').meta({ names: 'evolver' }),
    round: z.number().int().nullable().default(null),
    text: z.string().max(2_000).default('').meta({ prompt: 'judge' }),
    scale: z.string().default('').meta({ hidden: true }),
    list: z.array(z.string()).default([]),
  })
  expect(describeParams(schema).slice(0, 4)).toEqual([
    {
      name: 'against',
      type: 'enum',
      options: ['arm', 'seeds'],
      default: 'arm',
      description: 'With what.',
    },
    {
      name: 'arm',
      type: 'string',
      options: null,
      default: '',
      description: 'Key.',
      names: 'evolver',
    },
    { name: 'round', type: 'number', options: null, default: null, description: '' },
    { name: 'text', type: 'text', options: null, default: '', description: '', prompt: 'judge' },
  ])
  expect(plainFields(schema)).toEqual(['against', 'arm', 'round', 'text', 'scale'])
})
