import { describe, expect, it } from 'vitest'
import { prepared, writtenText } from '@/lib/testing/formats/written'
import { imported, item } from '@/lib/testing/formats/bundle'
import { canonicalRows } from '@/lib/testing/formats/collect'

const chat = (rows: Parameters<typeof writtenText>[1], options = {}) =>
  writtenText('openai-chat', rows, options)

async function chatOf(text: string, options = {}): Promise<unknown[]> {
  const lines = (await chat(await imported(text), options)).trimEnd().split('\n')
  return lines.map((line) => JSON.parse(line) as unknown)
}

describe('OpenAI chat JSONL', () => {
  it('writes system, history, instruction with input, and response by role', async () => {
    const text =
      '[{"instruction":"a","input":"b","output":"c","system":"s","history":[["q","r"]]},{"instruction":"漢","input":"","output":"d","system":"","history":[]}]'
    expect(await chatOf(text)).toEqual([
      {
        messages: [
          { role: 'system', content: 's' },
          { role: 'user', content: 'q' },
          { role: 'assistant', content: 'r' },
          { role: 'user', content: 'a\nb' },
          { role: 'assistant', content: 'c' },
        ],
      },
      {
        messages: [
          { role: 'user', content: '漢' },
          { role: 'assistant', content: 'd' },
        ],
      },
    ])
  })

  it('leaves chats in this form as they came: tool calls, other keys, numbers to the last digit', async () => {
    const text =
      '[{"messages":[{"role":"developer","content":"s"},{"role":"user","content":"q","weight":1.0},{"role":"assistant","content":null,"tool_calls":[{"id":"1","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"1","content":"9"},{"role":"assistant","content":"a","n":12345678901234567890}]}]'
    expect(await chat(await imported(text))).toBe(`${text.slice(1, -1)}\n`)
  })

  it('puts a system column before the messages, and a generated response at their end', async () => {
    const text =
      '[{"system":"s","messages":[{"role":"user","content":"q"},{"role":"assistant","content":"old"}]}]'
    const [row] = await imported(text)
    const line = await chat([{ ...row, response: 'new' } as never])
    expect(JSON.parse(line)).toEqual({
      messages: [
        { role: 'system', content: 's' },
        { role: 'user', content: 'q' },
        { role: 'assistant', content: 'new' },
      ],
    })
  })

  it('turns calls and tools of conversations into tool calls and functions', async () => {
    const tool = '{"name":"f","parameters":{"properties":{},"maximum":12345678901234567890}}'
    const rows = await imported(
      JSON.stringify([
        {
          conversations: [
            { from: 'human', value: 'q' },
            { from: 'function_call', value: '{"name":"f","arguments":{"x":1}}' },
            { from: 'observation', value: '9' },
            { from: 'gpt', value: 'a' },
          ],
          tools: `[${tool}]`,
        },
      ]),
    )
    const line = await chat(rows)
    expect(line).toContain(`"tools":[{"type":"function","function":${tool}}]`)
    expect((JSON.parse(line) as { messages: unknown[] }).messages).toEqual([
      { role: 'user', content: 'q' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          { id: 'call_1', type: 'function', function: { name: 'f', arguments: '{"x":1}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'call_1', content: '9' },
      { role: 'assistant', content: 'a' },
    ])
  })

  it.each([
    ['response_missing', '[{"instruction":"a","input":"","output":null}]'],
    ['response_empty', '[{"instruction":"a","input":"","output":" "}]'],
    ['rejected_response', '[{"instruction":"a","input":"","output":"b","kto_tag":false}]'],
    [
      'function_call_not_json',
      '[{"conversations":[{"from":"human","value":"q"},{"from":"function_call","value":"<tool_call>{\\"name\\":\\"f\\",\\"arguments\\":{}}</tool_call>"}]}]',
    ],
    ['tools_not_json', '[{"instruction":"a","output":"b","tools":"[{\\"name\\": NaN}]"}]'],
    ['media_unsupported', '[{"instruction":"a <image>","output":"b","images":["1.jpg"]}]'],
  ])('refuses a row for %s, counts it, and leaves it out on demand', async (reason, text) => {
    const rows = [...(await imported(text)), item('kept', 'yes')]
    const check = await prepared('openai-chat', rows)
    expect(check.blocking.map(({ rule, rows: n }) => [rule, n])).toEqual([[reason, 1]])
    expect(check.remedies[0]?.option).toBe('excludeBlocked')
    const left = await prepared('openai-chat', rows, { excludeBlocked: true })
    expect(left).toMatchObject({ rowsKept: 1, blocking: [], droppedByReason: { [reason]: 1 } })
    expect((await chat(rows, { excludeBlocked: true })).split('\n')).toHaveLength(2)
  })

  it('is read back with the same prompts and answers, and carries chosen columns beside the chat', async () => {
    const rows = [item('a', 'b', 'in'), item('c', 'd')].map((row) => ({
      ...row,
      lineage: [{ key: 'messages', value: 'x' }],
      metrics: [{ key: 'mnd', value: 0.5, status: 'ok' as const }],
    }))
    const text = await chat(rows)
    const again = await canonicalRows(text, 'x.jsonl')
    expect(again.map(({ instruction, output }) => [instruction, output])).toEqual([
      ['a\nin', 'b'],
      ['c', 'd'],
    ])
    expect(again[0]?.extra).toEqual({ messages_added: 'x', mnd: 0.5, mnd_status: 'ok' })
  })
})
