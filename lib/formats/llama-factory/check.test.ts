import { describe, expect, it } from 'vitest'
import { imported, item, OPTIONS } from '../testing/bundle'
import type { ExportRow } from '../writers/export-row'
import { checkBundle } from './check'
import type { BundleOptions } from './check'

describe('checkBundle', () => {
  const rules = async (items: ExportRow[], options: Partial<BundleOptions> = {}) => {
    const check = await checkBundle([items], { ...OPTIONS, ...options })
    return {
      errors: check.errors.map((finding) => [finding.rule, finding.rows]),
      warnings: check.warnings.map((finding) => [finding.rule, finding.rows]),
      kept: check.rowsKept,
      dropped: check.droppedByReason,
    }
  }

  it('passes clean rows', async () => {
    expect(await rules([item('a', 'b'), item('c', 'd', 'e')])).toEqual({
      errors: [],
      warnings: [],
      kept: 2,
      dropped: {},
    })
  })

  it('blocks missing and empty responses, and says which rows', async () => {
    const items = [item('a', 'b'), item('c', null), item('d', ' \n')]
    expect(await rules(items)).toEqual({
      errors: [
        ['response_missing', 1],
        ['response_empty', 1],
      ],
      warnings: [],
      kept: 1,
      dropped: { response_missing: 1, response_empty: 1 },
    })
    const check = await checkBundle([items], OPTIONS)
    expect(check.errors[0]).toMatchObject({
      examples: ['row 2: c'],
      message: expect.stringMatching(/^1 rows have no response/),
    })
  })

  it('leaves blocked rows out, or keeps empty responses, when told', async () => {
    const items = [item('a', 'b'), item('c', null), item('d', '')]
    expect(await rules(items, { excludeBlocked: true })).toMatchObject({ errors: [], kept: 1 })
    expect(await rules(items, { allowEmptyResponses: true })).toMatchObject({
      errors: [],
      warnings: [['response_empty', 2]],
      kept: 3,
    })
  })

  it('warns of empty prompts, duplicates and rows over the cut-off', async () => {
    const items = [
      item('a', 'b'),
      item('a', 'c'),
      item('a', 'b'),
      item(' ', 'x'),
      item('l', 'y'.repeat(9000)),
    ]
    expect((await rules(items)).warnings).toEqual([
      ['duplicate_prompt', 2],
      ['duplicate_row', 1],
      ['prompt_empty', 1],
      ['cutoff', 1],
    ])
  })

  it('blocks a bad name, no rows at all, and lone surrogates', async () => {
    expect((await rules([item('a', 'b')], { name: '../x' })).errors).toEqual([['name', 0]])
    expect((await rules([item('a', null)], { excludeBlocked: true })).errors).toEqual([
      ['no_rows', 0],
    ])
    expect((await rules([item('a', 'x\ud83d')])).errors[0]).toEqual(['lone_surrogate', 1])
    expect((await rules([item('a', 'literal \\ud83d')])).errors).toEqual([])
  })

  it.each([
    ['{"conversations":[{"from":"human","value":"q"}]}', 'response_missing', 'response_missing'],
    [
      '{"conversations":[{"from":"human","value":"q"},{"from":"human","value":"r"},{"from":"gpt","value":"a"}]}',
      'role_order',
      'role_order',
    ],
    [
      '{"conversations":[{"from":"gpt","value":"a"},{"from":"human","value":"q"},{"from":"gpt","value":"a"}]}',
      'role_order',
      'role_order',
    ],
    [
      '{"conversations":[{"from":"human","value":"q"},{"from":"narrator","value":"x"},{"from":"human","value":"q"},{"from":"gpt","value":"a"}]}',
      'role_order',
      'role_order',
    ],
    [
      '{"conversations":[{"from":"human","value":"q"},{"from":"function_call","value":"x"},{"from":"observation","value":"q"},{"from":"gpt","value":"a"}]}',
      'role_order',
      undefined,
    ],
    [
      '{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":null,"tool_calls":[{"id":1}]}]}',
      'tool_calls',
      'tool_calls',
    ],
    [
      '{"messages":[{"role":"user","content":[{"type":"image_url"}]},{"role":"assistant","content":"a"}]}',
      'non_text_content',
      'non_text_content',
    ],
  ])('%s', async (text, alpaca, sharegpt) => {
    const items = await imported(`[${text}]`)
    expect(Object.keys((await rules(items)).dropped)).toEqual([alpaca])
    const chat = await rules(items, { format: 'sharegpt' })
    expect(Object.keys(chat.dropped)[0]).toBe(sharegpt)
  })
})
