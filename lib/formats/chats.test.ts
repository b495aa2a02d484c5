import { describe, expect, it } from 'vitest'
import { readAll } from '@/lib/testing/formats/collect'
import { suggested, taken, texts } from '@/lib/testing/formats/taken'
import { bytesSource } from '@/lib/testing/formats/made'

describe('spellings of chats', () => {
  const KEYS = ['conversations', 'conversation', 'messages', 'data', 'dialog', 'my_chat']
  const SPELLINGS = [
    ['from', 'value'],
    ['role', 'content'],
    ['from', 'content'],
    ['role', 'value'],
  ] as const

  it.each(KEYS.flatMap((key) => SPELLINGS.map(([who, what]) => [key, who, what] as const)))(
    'reads %s with %s and %s',
    async (key, who, what) => {
      const chat = [
        { [who]: 'system', [what]: 's' },
        { [who]: 'user', [what]: 'q' },
        { [who]: 'assistant', [what]: 'a' },
      ]
      const { mapping, confidence, asked, preview } = await taken([{ [key]: chat }])
      expect([mapping, confidence, asked]).toEqual([{ messages: key }, 1, []])
      expect(preview[0]).toMatchObject({
        row: { instruction: 'q', output: 'a', system: 's', flags: [], messages: chat },
      })
    },
  )

  it.each(['conversations', 'conversation', 'messages', 'data'])(
    'reads %s as texts in turn',
    async (key) => {
      const { formatId, preview } = await taken([
        { id: '0', [key]: ['q1', 'a1', 'q2', 'a2'] },
        { id: '1', [key]: ['q', 'a'] },
        { id: '2', [key]: ['q'] },
      ])
      expect(formatId).toBe('chat-texts')
      expect(preview.map((read) => read.ok && [read.row.instruction, read.row.output])).toEqual([
        ['q1', 'a2'],
        ['q', 'a'],
        ['q', null],
      ])
      expect(preview[0]).toMatchObject({ row: { history: [['q1', 'a1']], flags: ['multi_turn'] } })
    },
  )

  it('takes no list of texts beside an instruction for a chat', async () => {
    const row = { instruction: 'a', input: '', output: 'b', data: ['x', 'y'] }
    expect(await taken([row])).toMatchObject({ formatId: 'alpaca', confidence: 1 })
    const log = [{ role: 'user', content: 'x' }]
    expect(await taken([{ prompt: 'a', response: 'b', log }])).toMatchObject({
      mapping: { instruction: 'prompt', output: 'response' },
    })
  })

  it.each([
    'gpt',
    'chatgpt',
    'ChatGPT',
    'gpt-4',
    'gpt4o',
    'bing',
    'bard',
    'model',
    'bot',
    'Assistant',
    'AI',
  ])('knows %s for the assistant', async (name) => {
    const conversations = [
      { from: 'Human', value: 'q' },
      { from: name, value: 'a' },
    ]
    expect(await texts([{ conversations }])).toEqual([['q', '', 'a']])
  })

  it('reads all spellings in one file', async () => {
    const rows = [
      {
        messages: [
          { role: 'user', content: 'q' },
          { role: 'assistant', content: 'a' },
        ],
      },
      {
        messages: [
          { from: 'human', value: 'q' },
          { from: 'gpt', value: 'a' },
        ],
      },
      { messages: ['q', 'a'] },
      {
        messages: [
          { from: 'human', value: 'q' },
          { role: 'model', content: 'a' },
        ],
      },
    ]
    const { confidence } = await taken(rows)
    expect(confidence).toBe(1)
    expect(await texts(rows)).toEqual(rows.map(() => ['q', '', 'a']))
  })

  it('reads a chat in a cell of a table', async () => {
    const cell = JSON.stringify([
      { role: 'user', content: 'q' },
      { role: 'assistant', content: 'a' },
    ]).replaceAll('"', '""')
    const rows = await readAll(bytesSource('x.csv', `id,conversation\n1,"${cell}"\n`))
    expect(rows[0]).toMatchObject({ row: { instruction: 'q', output: 'a', externalId: '1' } })
  })

  it('refuses chats in two columns, naming both', async () => {
    const chat = [{ role: 'user', content: 'q' }]
    const { formatId, issues } = await taken([{ messages: chat }, { conversations: chat }])
    expect(formatId).toBeNull()
    expect(issues[0]?.message).toMatch(/"messages" and "conversations"/)
  })

  it('asks who an unknown speaker is when a side of the chat would be lost', async () => {
    const rows = [
      {
        conversations: [
          { from: 'human', value: 'q' },
          { from: 'tulu', value: 'a' },
        ],
      },
      {
        conversations: [
          { from: 'human', value: 'q' },
          { from: 'gpt', value: 'a' },
        ],
      },
    ]
    const { asked, confidence, preview } = await taken(rows)
    expect([asked[0]?.code, confidence]).toEqual(['unknown_role', 0])
    expect(preview[0]).toMatchObject({ ok: false })
    expect(preview[0]?.ok === false && preview[0].error.message).toMatch(/"tulu".*no assistant/)
    const proposal = suggested(asked)
    expect(proposal?.tags?.roles).toEqual({ tulu: 'assistant' })
    expect(await texts(rows, proposal)).toEqual([
      ['q', '', 'a'],
      ['q', '', 'a'],
    ])
  })

  it('proposes the first of two unknown speakers as the user', async () => {
    const chat = [
      { speaker: 'Alice', text: 'q' },
      { speaker: 'Bob', text: 'a' },
    ]
    const { asked } = await taken([{ dialog: chat }])
    expect(suggested(asked)?.tags?.roles).toEqual({ Alice: 'user', Bob: 'assistant' })
  })

  it('keeps an unknown third speaker, flagged and named', async () => {
    const conversations = [
      { from: 'human', value: 'q' },
      { from: 'critic', value: 'x' },
      { from: 'gpt', value: 'a' },
    ]
    const { issues, preview } = await taken([{ conversations }])
    expect(preview[0]).toMatchObject({ row: { output: 'a', flags: ['unknown_role'] } })
    expect(issues[0]?.message).toMatch(/Row 1: .*"critic"/)
  })
})

describe('content that is a list of parts', () => {
  const chat = (content: unknown) => ({
    messages: [
      { role: 'user', content },
      { role: 'assistant', content: 'a' },
    ],
  })

  it.each([
    [[{ type: 'text', text: 'q' }]],
    [[{ type: 'text', value: 'q' }]],
    [[{ type: 'input_text', text: 'q' }]],
    [[{ type: 'text', text: { value: 'q', annotations: [] } }]],
    [[{ text: 'q' }]],
    [['q']],
    [{ type: 'text', text: 'q' }],
  ])('reads the text of %j', async (content) => {
    expect(await texts([chat(content)])).toEqual([['q', '', 'a']])
  })

  it('names a part that holds no text, with row and type, and flags it', async () => {
    const content = [
      { type: 'text', text: 'q' },
      { type: 'weird', blob: 'x' },
    ]
    const { preview, issues } = await taken([chat('q'), chat(content)])
    expect(preview[1]).toMatchObject({ row: { instruction: 'q', flags: ['non_text_content'] } })
    expect(issues[0]?.message).toMatch(/Row 2: "messages"\[0\], part 2 has the type "weird"/)
  })

  it('refuses a message of which nothing can be read instead of taking it for empty', async () => {
    for (const content of [[{ type: 'weird', blob: 'x' }], [{ blob: 'x' }], [7], 7, null]) {
      const [read] = await readAll(bytesSource('x.jsonl', JSON.stringify(chat(content))), {
        skipBadRows: true,
      })
      expect(read).toMatchObject({ ok: false })
      expect(read?.ok === false && read.error.message).toMatch(/"messages"\[0\]/)
    }
  })

  it('reads a message of pictures alone as their places', async () => {
    const { preview } = await taken([chat([{ type: 'image_url', image_url: { url: 'x' } }])])
    expect(preview[0]).toMatchObject({
      row: { instruction: '<image>', flags: ['non_text_content', 'multimodal'] },
    })
  })

  it('reads calls of tools as no text', async () => {
    const messages = [
      { role: 'user', content: 'q' },
      { role: 'assistant', content: [{ type: 'tool_use', id: '1', name: 'f', input: {} }] },
      { role: 'user', content: [{ type: 'text', text: 'r' }] },
      { role: 'assistant', content: 'a' },
    ]
    const { preview } = await taken([{ messages }])
    expect(preview[0]).toMatchObject({
      row: { output: 'a', flags: ['non_text_content', 'multi_turn'] },
    })
  })
})
