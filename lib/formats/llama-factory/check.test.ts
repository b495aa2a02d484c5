import { describe, expect, it } from 'vitest'
import { imported, item, OPTIONS } from '@/lib/testing/formats/bundle'
import type { ExportRow } from '../writers/export-row'
import { checkBundle } from './check'
import type { BundleOptions } from './bundle-options'

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

  it('counts rows over cutoff_len by the token counts of the study and the template, else by an estimate that says so', async () => {
    const tokens = (instruction: number, response: number): ExportRow => ({
      ...item('a', 'b'),
      row: { ...item('a', 'b').row, instruction: `a ${instruction}` },
      metrics: [
        { key: 'tokens.instruction@run', value: instruction, status: 'ok' },
        { key: 'tokens.response@run', value: response, status: 'ok' },
        { key: 'tokens.instruction', value: 9999, status: 'ok' },
      ],
    })
    const length = { cutoffLen: 100, templateTokens: 5 }
    const rows = [tokens(45, 45), tokens(46, 45), item('x'.repeat(400), 'y')]
    expect((await rules(rows, length)).warnings).toEqual([
      ['cutoff_tokens', 1],
      ['cutoff', 1],
      ['not_counted', 1],
    ])
    const { warnings } = await checkBundle([rows], { ...OPTIONS, ...length })
    expect(warnings.slice(0, 2).map(({ at, message }) => [at, message])).toEqual([
      [[2], expect.stringContaining('by the token counts of the study')],
      [[3], expect.stringContaining('by a character estimate')],
    ])
  })

  it('forbids the export where lengths are to be counted and some are not, and estimates none of them', async () => {
    const counted: ExportRow = {
      ...item('a', 'b'),
      metrics: [
        { key: 'tokens.instruction', value: 5, status: 'ok' },
        { key: 'tokens.response', value: 5, status: 'ok' },
      ],
    }
    const withSystem = { ...counted, row: { ...item('c', 'd').row, system: 'Be kind.' } }
    const failed: ExportRow = {
      ...item('e', 'f'),
      metrics: [
        { key: 'tokens.instruction', value: null, status: 'error' },
        { key: 'tokens.response', value: 5, status: 'ok' },
      ],
    }
    const long = item('x'.repeat(9000), 'y')
    const options = { lengths: 'tokens' } as const
    expect(await rules([counted], options)).toMatchObject({ errors: [], warnings: [] })
    const check = await checkBundle([[counted, withSystem, failed, long]], {
      ...OPTIONS,
      ...options,
    })
    expect(check.errors).toMatchObject([{ rule: 'not_counted', rows: 3, at: [2, 3, 4] }])
    expect(check.warnings).toEqual([])
    expect(check.rowsKept).toBe(4)
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
      '{"conversations":[{"from":"human","value":"q"},{"from":"function_call","value":"{\\"name\\":\\"f\\",\\"arguments\\":{}}"},{"from":"observation","value":"q"},{"from":"gpt","value":"a"}]}',
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

  it('measures whole chats against the cut-off', async () => {
    const turns = Array.from({ length: 30 }, (_, i) => [
      { from: 'human', value: `Question ${i}: ${'tell me more. '.repeat(20)}` },
      { from: 'gpt', value: `Answer ${i}: ${'with words. '.repeat(20)}` },
    ])
    const items = await imported(JSON.stringify([{ conversations: turns.flat() }]))
    expect((await rules(items, { format: 'sharegpt' })).warnings).toEqual([['cutoff', 1]])
    expect((await rules(items)).warnings).toEqual([['cutoff', 1]])
  })

  it('compares whole chats, not their last turn', async () => {
    const chat = (first: string, system = '') => ({
      ...(system ? { system } : {}),
      conversations: [
        { from: 'human', value: first },
        { from: 'gpt', value: 'yes' },
        { from: 'human', value: 'Thanks' },
        { from: 'gpt', value: 'You are welcome.' },
      ],
    })
    const different = await imported(JSON.stringify([chat('a'), chat('b'), chat('a', 's')]))
    const same = await imported(JSON.stringify([chat('a'), chat('b'), chat('a')]))
    for (const format of ['sharegpt', 'alpaca'] as const) {
      expect((await rules(different, { format })).warnings).toEqual([])
      expect((await rules(same, { format })).warnings).toEqual([
        ['duplicate_prompt', 1],
        ['duplicate_row', 1],
      ])
    }
  })

  const tool = '{"name":"f","description":"d","parameters":{"type":"object","properties":{}}}'
  const question = { from: 'human', value: 'q' }
  const asked = (tools: unknown) => [
    { conversations: [question, { from: 'gpt', value: 'a' }], tools },
  ]

  it.each([
    ['', undefined],
    ['[]', undefined],
    ['{}', undefined],
    [`[${tool}]`, undefined],
    [`[{"type":"function","function":${tool}}]`, undefined],
    ['[{"name":"f","parameters":{"properties":{"x":{"default":NaN}}}}]', undefined],
    [' \n', 'tools_blank'],
    ["[{'name': 'f', 'parameters': {}}]", 'tools_not_json'],
    [`[${tool}`, 'tools_not_json'],
    [tool, 'tools_not_a_list'],
    ['null', 'tools_not_a_list'],
    ['3', 'tools_not_a_list'],
    ['["f"]', 'tools_not_a_list'],
  ])('tools %j: %s', async (tools, reason) => {
    const items = await imported(JSON.stringify(asked(tools)))
    const { dropped } = await rules(items, { format: 'sharegpt' })
    expect(dropped).toEqual(reason === undefined ? {} : { [reason]: 1 })
  })

  it('blocks a tool without parameters under the plain template, warns under others', async () => {
    const items = await imported(JSON.stringify(asked('[{"name":"f"}]')))
    const plain = await rules(items, { format: 'sharegpt', template: 'default' })
    expect(plain.dropped).toEqual({ tools_incomplete: 1 })
    const other = await rules(items, { format: 'sharegpt' })
    expect(other.errors).toEqual([])
    expect(other.warnings).toEqual([['tools_incomplete', 1]])
  })

  const call = '{"name": "get_weather", "arguments": {"city": "X"}}'

  it.each([
    [call, undefined],
    [`[${call}, ${call}]`, undefined],
    [`<think>\nlet me see\n</think>\n\n${call}`, undefined],
    ['get_weather(city="X")', 'function_call_not_json'],
    ['', 'response_empty'],
    ['{"name": "get_weather"}', 'function_call_incomplete'],
    ['{"arguments": {}}', 'function_call_incomplete'],
    ['["get_weather"]', 'function_call_incomplete'],
  ])('a chat that ends in the function call %j: %s', async (value, reason) => {
    const items = await imported(
      JSON.stringify([{ conversations: [question, { from: 'function_call', value }] }]),
    )
    const { dropped } = await rules(items, { format: 'sharegpt' })
    expect(dropped).toEqual(reason === undefined ? {} : { [reason]: 1 })
  })

  const seen = (value: string, extra: object, answer = 'A cat.') => ({
    messages: [
      { role: 'user', content: value },
      { role: 'assistant', content: answer },
    ],
    ...extra,
  })

  it.each([
    ['one image', seen('<image>What is it?', { images: ['1.jpg'] }), undefined],
    ['one path', seen('<video>What is it?', { videos: '1.mp4' }), undefined],
    ['another spelling', seen('<image>What is it?', { image: '1.jpg' }), undefined],
    ['no media', seen('What is it?', { images: [] }), undefined],
    ['the word as text', seen('What is it?', { image: 'docker' }), undefined],
    ['HTML', seen('Explain <video>x</video>', {}), undefined],
    ['HTML in the answer', seen('Write HTML', {}, '<video>x</video> or <audio>'), undefined],
    ['too few images', seen('<image><image>Compare', { images: ['1.jpg'] }), 'media_mismatch'],
    ['an image without a place', seen('What is it?', { images: ['1.jpg'] }), 'media_mismatch'],
    ['a lost image', seen('<image>What is it?', {}), 'media_mismatch'],
    ['bytes', seen('<image>What is it?', { images: [{ bytes: 'x' }] }), 'media_not_paths'],
  ])('media, %s: %s', async (_, row, reason) => {
    const items = await imported(JSON.stringify([row]))
    const { dropped } = await rules(items, { format: 'sharegpt', template: 'qwen2_vl' })
    expect(dropped).toEqual(reason === undefined ? {} : { [reason]: 1 })
  })

  it('refuses media under a template for text, and rows whose media column was not kept', async () => {
    const items = await imported(
      JSON.stringify([seen('<image>What?', { images: ['1.jpg'] }), seen('Hi', {})]),
    )
    const plain = { format: 'sharegpt', template: 'default' } as const
    expect((await rules(items, plain)).dropped).toEqual({ media_text_template: 1 })
    const flagged = items.slice(1).map((one) => ({
      ...one,
      row: { ...one.row, flags: ['multimodal' as const] },
    }))
    expect((await rules(flagged, plain)).dropped).toEqual({ media_missing: 1 })
  })

  it('counts a placeholder in an answer as text, until another row of the bundle has files', async () => {
    const html = seen('Write HTML', {}, '<video>x</video>')
    const options = { format: 'sharegpt', template: 'qwen2_vl' } as const
    const alone = await rules(await imported(JSON.stringify([html])), options)
    expect(alone).toMatchObject({ kept: 1, warnings: [['placeholder_text', 1]] })
    const both = [seen('<image>What?', { images: ['1.jpg'] }), html]
    const beside = await rules(await imported(JSON.stringify(both)), options)
    expect(beside).toMatchObject({ kept: 1, dropped: { media_mismatch: 1 } })
  })

  const marked = [
    { instruction: 'a', input: '', output: 'good', kto_tag: true },
    { instruction: 'b', input: '', output: 'bad', kto_tag: false },
    { instruction: 'c', input: '', output: 'bad', label: false },
    { instruction: 'd', input: '', output: 'bad', label: 'False' },
    { instruction: 'e', input: '', output: 'plain', label: 'spam' },
  ]

  it('never takes a rejected answer for a good one', async () => {
    const items = await Promise.all(marked.map((row) => imported(JSON.stringify([row]))))
    expect(await rules(items.flat())).toMatchObject({
      kept: 2,
      dropped: { rejected_response: 3 },
    })
    expect(await rules(items.flat(), { stage: 'kto' })).toMatchObject({
      kept: 4,
      dropped: { verdict_missing: 1 },
    })
    const flagged = { ...item('a', 'b'), row: { ...item('a', 'b').row } }
    flagged.row.flags = ['rejected_response']
    expect((await rules([flagged])).dropped).toEqual({ rejected_response: 1 })
    // The mark is of the answer that came with the file, not of one that was generated since.
    const generated = items.flat().map((one) => ({ ...one, response: 'new' }))
    expect((await rules(generated)).kept).toBe(5)
    expect((await rules(generated, { stage: 'kto' })).dropped).toEqual({ verdict_missing: 5 })
  })

  it('warns when all marks are of one kind', async () => {
    const items = await imported(JSON.stringify(marked.slice(0, 1)))
    expect((await rules(items, { stage: 'kto' })).warnings).toEqual([['kto_one_kind', 0]])
  })

  it('keeps pairs of answers for the stage that trains on both', async () => {
    const pair = { instruction: 'q', input: '', output: '', chosen: 'a', rejected: 'b' }
    const items = await imported(
      JSON.stringify([pair, { ...pair, rejected: ['b'] }, { ...pair, chosen: '' }]),
    )
    expect((await rules(items)).dropped).toEqual({ preference: 3 })
    expect((await rules(items, { stage: 'dpo' })).dropped).toEqual({
      pair_unreadable: 1,
      response_empty: 1,
    })
    expect((await rules([item('a', 'b')], { stage: 'dpo' })).dropped).toEqual({ pair_missing: 1 })
  })

  it('reads marks, media and pairs under the other names that files give them', async () => {
    const kto = { instruction: 'a', input: '', output: 'bad', kto_tag: 0, good: false }
    const [row] = await imported(JSON.stringify([kto]))
    expect((await rules([row as ExportRow])).dropped).toEqual({ rejected_response: 1 })
    const [named] = await imported(JSON.stringify([{ ...kto, kto_tag: null }]))
    const mapped = {
      ...(named as ExportRow),
      mapping: { ...(named?.mapping as never as object), label: 'good' },
    }
    expect((await rules([mapped as ExportRow])).dropped).toEqual({ rejected_response: 1 })
    const path = await imported(JSON.stringify([seen('<image>What?', { image_path: '1.jpg' })]))
    const options = { format: 'sharegpt', template: 'qwen2_vl' } as const
    expect(await rules(path, options)).toMatchObject({ kept: 1, errors: [] })
  })

  it('takes two whole chats for a pair when they differ in the answer only', async () => {
    const said = (text: string, asked = 'q') => [
      { role: 'user', content: asked },
      { role: 'assistant', content: text },
    ]
    const pair = { instruction: 'q', input: '', output: '', chosen: said('a'), rejected: said('b') }
    const items = await imported(JSON.stringify([pair, { ...pair, rejected: said('b', 'r') }]))
    expect(await rules(items, { stage: 'dpo' })).toMatchObject({
      kept: 1,
      dropped: { pair_unreadable: 1 },
    })
    expect((await rules(items)).dropped).toEqual({ preference: 2 })
  })

  it('lets placeholders decide on a flagged row without files', async () => {
    const flag = (one: ExportRow): ExportRow => ({
      ...one,
      row: { ...one.row, flags: ['multimodal'] },
    })
    const rows = [seen('Explain <image>x</image>', {}), seen('<image>What?', {})]
    const items = (await imported(JSON.stringify(rows))).map(flag)
    expect((await rules(items, { format: 'sharegpt' })).dropped).toEqual({ media_mismatch: 1 })
  })
})
