import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../types'
import { columnsInForce, convertRow, DEFAULT_COLUMNS, DEFAULT_TAGS, tagsInForce } from './converter'

const said = (...turns: [string, unknown][]) =>
  ({ conversations: turns.map(([from, value]) => ({ from, value })) }) as unknown as JsonObject
const row = (value: object) => value as unknown as JsonObject
const convertAlpaca = (value: JsonObject, columns = DEFAULT_COLUMNS, ranking = false) =>
  convertRow(value, { formatting: 'alpaca', ranking, columns, tags: DEFAULT_TAGS })

describe('the Alpaca converter', () => {
  it('joins prompt and query by a newline, history before', () => {
    const columns = { ...DEFAULT_COLUMNS, history: 'history', system: 'system' }
    const result = convertAlpaca(
      row({ instruction: 'a', input: 'b', output: 'c', system: 's', history: [['q', 'r']] }),
      columns,
    )
    expect(result).toMatchObject({
      outcome: 'kept',
      turns: [
        { role: 'user', content: 'q' },
        { role: 'assistant', content: 'r' },
        { role: 'user', content: 'a\nb' },
      ],
      system: 's',
      responses: [{ role: 'assistant', content: 'c' }],
    })
    // Not mapped: not read.
    expect(
      convertAlpaca(
        row({ instruction: 'a', input: '', output: 'c', system: 's' }),
        DEFAULT_COLUMNS,
      ),
    ).toMatchObject({
      turns: [{ content: 'a' }],
      system: '',
    })
  })

  it.each([
    ['null response', { instruction: 'a', output: null }, 'dropped'],
    ['absent response', { instruction: 'a' }, 'dropped'],
    ['number as response', { instruction: 'a', output: 4 }, 'dropped'],
    ['empty response', { instruction: 'a', output: '' }, 'kept'],
    ['null input', { instruction: 'a', input: null, output: 'b' }, 'kept'],
    ['history item that is no pair', { instruction: 'a', output: 'b', history: [['q']] }, 'stops'],
  ])('%s', (_, value, outcome) => {
    const columns = { ...DEFAULT_COLUMNS, history: 'history', kto_tag: 'label' }
    expect(convertAlpaca(row(value), columns).outcome).toBe(outcome)
  })

  it('drops all rows when a columns block lists only the prompt', () => {
    const columns = columnsInForce(row({ prompt: 'instruction' }))
    expect(convertAlpaca(row({ instruction: 'a', output: 'b' }), columns)).toEqual({
      outcome: 'dropped',
      reason: 'response_unmapped',
    })
  })
})

describe('the ShareGPT converter', () => {
  const convert = (value: JsonObject, tags = DEFAULT_TAGS, columns = DEFAULT_COLUMNS) =>
    convertRow(value, { formatting: 'sharegpt', ranking: false, columns, tags })

  it('takes the first system message over the system column', () => {
    const value = { ...said(['system', 's'], ['human', 'q'], ['gpt', 'a']), system: 'column' }
    expect(convert(value, DEFAULT_TAGS, { ...DEFAULT_COLUMNS, system: 'system' })).toMatchObject({
      outcome: 'kept',
      turns: [{ role: 'user', content: 'q' }],
      system: 's',
      responses: [{ role: 'assistant', content: 'a' }],
    })
  })

  it.each([
    ['odd number of messages', said(['human', 'q'], ['gpt', 'a'], ['human', 'q'])],
    ['two user turns in a row', said(['human', 'q'], ['human', 'q'])],
    ['assistant first', said(['gpt', 'a'], ['human', 'q'])],
    ['system not first', said(['human', 'q'], ['system', 's'])],
    ['unknown role name', said(['human', 'q'], ['bot', 'a'])],
    ['empty list', said()],
    ['only a system message', said(['system', 's'])],
  ])('drops: %s', (_, value) => {
    expect(convert(value).outcome).toBe('dropped')
  })

  it('accepts observations and function calls in place of user and assistant', () => {
    const value = said(['human', 'q'], ['function_call', '{}'], ['observation', 'o'], ['gpt', 'a'])
    expect(convert(value).outcome).toBe('kept')
  })

  it('drops rows with a system message when the tags block has no system_tag', () => {
    const tags = { ...tagsInForce(row({ ...DEFAULT_TAGS })), system_tag: null }
    expect(convert(said(['system', 's'], ['human', 'q'], ['gpt', 'a']), tags).outcome).toBe(
      'dropped',
    )
  })

  it.each([
    ['null conversations', row({ conversations: null }), DEFAULT_TAGS, DEFAULT_COLUMNS],
    [
      'a columns block without messages',
      said(),
      DEFAULT_TAGS,
      columnsInForce(row({ system: 's' })),
    ],
    [
      'a tags block without role_tag',
      said(['human', 'q']),
      tagsInForce(row({ content_tag: 'value' })),
      DEFAULT_COLUMNS,
    ],
    [
      'content given as parts',
      said(['human', [{ type: 'text' }]], ['gpt', 'a']),
      DEFAULT_TAGS,
      DEFAULT_COLUMNS,
    ],
    ['a null answer', said(['human', 'q'], ['gpt', null]), DEFAULT_TAGS, DEFAULT_COLUMNS],
  ])('stops: %s', (_, value, tags, columns) => {
    expect(convert(value, tags, columns).outcome).toBe('stops')
  })
})
