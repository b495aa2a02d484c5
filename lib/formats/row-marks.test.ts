import { describe, expect, it } from 'vitest'
import { inspectRows, suggested, taken, texts } from '@/lib/testing/formats/taken'

describe('rows that are more than text, or no good answers', () => {
  it.each([
    [{ images: ['1.jpg'] }],
    [{ image: 'a.png' }],
    [{ videos: ['v.mp4'] }],
    [{ audios: ['s.wav'] }],
    [{ image_path: 'x.png' }],
  ])('flags %j and keeps it', async (columns) => {
    const row = { instruction: 'What is it?', input: '', output: 'A cat.', ...columns }
    const { preview, issues } = await taken([row])
    expect(preview[0]).toMatchObject({ row: { flags: ['multimodal'], extra: columns } })
    expect(issues.map(({ code }) => code)).toEqual(['multimodal'])
  })

  it('flags the place of a picture in any text, and no empty column', async () => {
    const flags = async (row: object) => {
      const { preview } = await taken([row])
      return preview[0]?.ok ? preview[0].row.flags : null
    }
    const plain = { instruction: 'a', input: '', output: 'b' }
    expect(await flags({ ...plain, input: 'see <image>' })).toEqual(['multimodal'])
    expect(await flags({ ...plain, images: [] })).toEqual([])
    expect(await flags({ ...plain, image: null })).toEqual([])
    expect(await flags({ ...plain, image: 'docker' })).toEqual([])
    const chat = ['q', 'a', 'and <image>?', 'b', 'c', 'd']
    expect(await flags({ data: chat })).toEqual(['multimodal', 'multi_turn'])
  })

  it.each([
    ['kto_tag', false, ['rejected_response']],
    ['kto_tag', true, []],
    ['label', false, ['rejected_response']],
    ['label', 'False', ['rejected_response']],
    ['label', 'true', []],
    ['kto_tag', 0, ['rejected_response']],
    ['label', 0, []],
    ['label', 'negative', []],
  ])('reads %s %j', async (key, value, flags) => {
    const { preview } = await taken([{ instruction: 'a', input: '', output: 'b', [key]: value }])
    expect(preview[0]).toMatchObject({ row: { output: 'b', flags, extra: { [key]: value } } })
  })

  it('never takes rejected, and chosen only when told', async () => {
    const row = { prompt: 'q', chosen: 'good', rejected: 'bad' }
    const { asked, confidence, preview } = await taken([row])
    expect(preview[0]).toMatchObject({
      row: { output: null, flags: ['no_response', 'preference'] },
    })
    expect([asked[0]?.code, suggested(asked), confidence]).toEqual([
      'preference',
      { output: 'chosen' },
      0,
    ])
    expect(await texts([row], { output: 'chosen' })).toEqual([['q', null, 'good']])
  })

  it('proposes chosen as the chat where it is one', async () => {
    const chat = (reply: string) => [
      { role: 'user', content: 'q' },
      { role: 'assistant', content: reply },
    ]
    const row = { prompt: 'q', chosen: chat('good'), rejected: chat('bad') }
    const { detection } = await inspectRows([row])
    const [issue] = detection.issues
    expect(issue).toMatchObject({ code: 'preference', suggestion: { format: 'openai-messages' } })
    const after = await inspectRows([row], {
      formatId: issue?.suggestion?.format,
      mapping: { ...detection.mapping, ...issue?.suggestion?.mapping },
    })
    expect(after.preview[0]).toMatchObject({ row: { output: 'good', flags: ['preference'] } })
  })

  it('flags chats that were compared, and is not sure of them', async () => {
    const row = {
      conversations: [{ from: 'human', value: 'q' }],
      chosen: { from: 'gpt', value: 'good' },
      rejected: { from: 'gpt', value: 'bad' },
    }
    const { confidence, issues, preview } = await taken([row])
    expect(confidence).toBeLessThan(1)
    expect(issues.map(({ code }) => code)).toContain('preference_chats')
    expect(preview[0]).toMatchObject({
      row: { output: null, flags: ['no_response', 'preference'] },
    })
  })

  it('asks about prompts that are chats with the answer beside them', async () => {
    const said = (role: string, content: string) => [{ role, content }]
    const { mapping, asked, confidence, preview } = await taken([
      { prompt: said('user', 'q'), completion: said('assistant', 'a'), label: false },
    ])
    expect([mapping, asked[0]?.code, confidence]).toEqual([
      { messages: 'prompt', label: 'label' },
      'no_response',
      0,
    ])
    expect(preview[0]).toMatchObject({ row: { flags: ['no_response', 'rejected_response'] } })
  })

  it('flags answers that were ranked or scored', async () => {
    const row = { instruction: 'q', input: '', responses: ['a', 'b'], scores: [1, 2] }
    const { preview } = await taken([row])
    expect(preview[0]).toMatchObject({ row: { flags: ['no_response', 'preference'] } })
    const one = await taken([{ instruction: 'q', input: '', output: 'a', scores: [1, 2] }])
    expect(one.preview[0]).toMatchObject({ row: { flags: [] } })
  })
})
