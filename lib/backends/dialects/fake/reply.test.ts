import { describe, expect, it } from 'vitest'
import { fakeReply, taskOf } from './reply'

const TASK = 'Name three rivers.\n\nSay "why" each matters.'
const ask = (content: string, schema: Record<string, unknown> | null = null) =>
  fakeReply([{ role: 'user', content }], schema, 1)

describe('the fake reply', () => {
  it('finds the task, quoted or labelled', () => {
    expect(taskOf(`Here is a task:\n"${TASK}"\n\nHow hard is it?`)).toBe(TASK)
    expect(taskOf('Look at this.\n\nTask:\nName a river.\n\nRating:')).toBe('Name a river.')
    expect(taskOf('Look at this.\n\nTask:\nName a river.')).toBe('Name a river.')
    expect(taskOf('Only text')).toBe('Only text')
  })

  it('suits what is asked', () => {
    const intro = `Here is a task:\n"${TASK}"\n\n`
    expect(ask(`${intro}Choose one: very easy, easy, medium, hard, very hard.`)).toMatch(
      /^(very )?(easy|hard)$|^medium$/,
    )
    expect(Number(ask(`${intro}How hard, from 0 (trivial) to 100 (hardest)?`))).toBeGreaterThan(0)
    const harder = ask(`${intro}Write the next task for the list.`)
    expect(harder.startsWith(TASK)).toBe(true)
    expect(harder.length).toBeGreaterThan(TASK.length + 20)
    const steps = ask(`Use this layout:\nStep 1 #Plan#:\nStep 2 #Result#:\n\nTask:\n${TASK}`)
    expect(steps).toMatch(/^Step 1 #Plan#:\n[\s\S]+\n\nStep 2 #Result#:\n/)
    expect(ask('Write 4 new constraints, one a line.').split('\n- ')).toHaveLength(4)
    expect(ask('Write a Python function evaluate(response) and cases.')).toMatch(
      /^```json\n\{[\s\S]+"func": "def evaluate[\s\S]+\n```$/,
    )
    expect(Number(ask('Score from 1 (bad) to 10 (good).'))).toBeLessThanOrEqual(10)
    expect(ask('Carry out: count to three.').split(' ').length).toBeGreaterThan(5)
  })

  it('follows a schema and is the same each time', () => {
    const schema = {
      type: 'object',
      properties: {
        score: { type: 'integer', minimum: 5, maximum: 9 },
        level: { enum: ['a', 'b'] },
      },
    }
    const reply = JSON.parse(ask('x', schema)) as { score: number; level: string }
    expect(reply.score).toBeGreaterThanOrEqual(5)
    expect(reply.score).toBeLessThanOrEqual(9)
    expect(['a', 'b']).toContain(reply.level)
    expect(ask('x', schema)).toBe(ask('x', schema))
  })
})
