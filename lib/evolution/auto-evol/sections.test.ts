import { describe, expect, it } from 'vitest'
import { methodLines, normalPhrase, readPhrases } from './methods'
import { parseReply } from './sections'

const WANTED = `Step 1 #Methods List#:
1. Add a constraint.
2. Ask for several steps.

Step 2 #Plan#:
Combine both.

Step 3 #Rewritten Instruction#:
Draft.

Step 4 #Finally Rewritten Instruction#:
Write a poem
in two lines.`

const read = (text: string) => {
  const { instruction, repairs, fault } = parseReply(text)
  return { instruction, said: fault ?? repairs.join('+') }
}

describe('the four sections of a reply', () => {
  it('are read whole', () => {
    expect(parseReply(WANTED)).toEqual({
      methods: '1. Add a constraint.\n2. Ask for several steps.',
      plan: 'Combine both.',
      rewritten: 'Draft.',
      instruction: 'Write a poem\nin two lines.',
      repairs: [],
      fault: null,
    })
  })

  const final = 'Step 4 #Finally Rewritten Instruction#:'
  it.each([
    ['Step 4 #Final Rewritten Instruction#:', 'other_header'],
    ['**Step 4: Finally Rewritten Instruction**', 'other_header'],
    ['### Step 4 - Final Instruction', 'other_header'],
    ['4. **Finally Rewritten Instruction:**', 'other_header'],
    ['#Finally Rewritten Instruction#:', 'other_header'],
    ['## Finally rewritten task', 'other_header'],
    ['Final Rewritten Prompt：', 'other_header'],
    ['STEP 4 #FINALLY REWRITTEN INSTRUCTION#', 'other_header'],
    ['Step 4 #Rewritten Instruction#:', 'other_header'],
  ])('are found under "%s"', (header, said) => {
    const instruction = 'Write a poem\nin two lines.'
    expect(read(WANTED.replace(final, header))).toEqual({ instruction, said })
  })

  it('say what was missing or elsewhere', () => {
    const onLine = WANTED.replace(`${final}\n`, `${final} `)
    expect(read(onLine)).toEqual({
      instruction: 'Write a poem\nin two lines.',
      said: 'text_in_header',
    })
    expect(read(`${final}\nOnly this.`)).toEqual({
      instruction: 'Only this.',
      said: 'no_methods_header+no_plan_header+no_rewrite_header',
    })
    const echoed = `Step 1 #Methods List#:\nStep 2 #Plan#:\nStep 3 #Rewritten Instruction#:\n${final}\n\n${WANTED}`
    expect(read(echoed)).toEqual({ instruction: 'Write a poem\nin two lines.', said: '' })
    expect(read(`${WANTED}\n${final}\nWrite a poem\nin two lines.`).said).toBe('final_twice')
  })

  it('give no instruction where it would be guessed', () => {
    const fault = (text: string) => read(text)
    const none = (said: string) => ({ instruction: '', said })
    expect(fault('A harder task.')).toEqual(none('no_final_header'))
    expect(fault(WANTED.slice(0, WANTED.indexOf(final)))).toEqual(none('no_final_header'))
    expect(fault(WANTED.slice(0, WANTED.indexOf(final) + final.length))).toEqual(
      none('empty_final'),
    )
    expect(fault(`${WANTED}\n${final}\nAnother.`)).toEqual(none('two_finals'))
    expect(fault(WANTED.replace(/Write a poem\nin.*/, 'Same as step 3.'))).toEqual(
      none('refers_back'),
    )
    expect(fault('步骤 1 #方法列表#：\n甲\n步骤 4 #最终改写的指令#：\n乙')).toEqual(
      none('unknown_headers'),
    )
    // The third step alone was not reviewed.
    expect(fault('Step 3 #Finally Rewritten Instruction#:\nDraft.')).toEqual(
      none('no_final_header'),
    )
  })

  it('leave what only looks like a header to the text', () => {
    const task =
      'Write a report.\n## Methods\nName two.\n## Plan\nPlan: a trip\nFinal answer: one line'
    expect(read(`${WANTED.slice(0, WANTED.indexOf('Write'))}${task}`)).toEqual({
      instruction: task,
      said: '',
    })
  })

  it('keep the marks of a text on the line of its header', () => {
    const said = 'text_in_header'
    const tail = (line: string) => read(WANTED.replace(/Step 4[\s\S]*/, line))
    expect(tail(`${final} **Bold** text`)).toEqual({ instruction: '**Bold** text', said })
    expect(tail('**Step 4: Final Instruction:** Text')).toEqual({ instruction: 'Text', said })
  })

  it('are read in no time from lines of blanks and marks', () => {
    const long = [' ', '#', '*', '> ', '. ', '"'].map((sign) => sign.repeat(50_000)).join('x\n')
    const started = performance.now()
    expect(read(long).said).toBe('no_final_header')
    readPhrases({ text: long, finishReason: 'stop' }, 9)
    expect(performance.now() - started).toBeLessThan(1_000)
  })

  it('have methods only before the header of the plan, as in the study', () => {
    const noPlan = WANTED.replace('Step 2 #Plan#:\n', '')
    expect(parseReply(noPlan)).toMatchObject({ methods: '', plan: '' })
    const noHeader = WANTED.replace('Step 1 #Methods List#:\n', '')
    expect(methodLines(parseReply(noHeader).methods)).toEqual([
      'Add a constraint.',
      'Ask for several steps.',
    ])
  })
})

describe('methods and their phrases', () => {
  it('are lines without marks and headings', () => {
    expect(methodLines('Ways to do it:\n- One.\n* Two.')).toEqual(['One.', 'Two.'])
    expect(methodLines('### Methods\nOne way.\nAnother way.')).toEqual(['One way.', 'Another way.'])
    expect(methodLines('')).toEqual([])
  })

  it('are equal in any case, width and marks', () => {
    for (const text of ['Add a Constraint.', '**add  a constraint**', '“ＡＤＤ a constraint”']) {
      expect(normalPhrase(text)).toBe('add a constraint')
    }
  })

  it.each([
    ['1. Add a step\n2. Add a step.', 'ok', null, ['add a step']],
    ['- Add a step', 'repaired', 'fewer_phrases', ['add a step']],
    ['One\nTwo\nThree', 'failed', 'more_phrases', []],
    ['', 'failed', 'empty', []],
    ["I'm sorry, but I cannot help with that.", 'failed', 'refusal', []],
  ])('%j is read as %s', (text, status, reason, value) => {
    expect(readPhrases({ text, finishReason: 'stop' }, 2)).toEqual({ status, reason, value })
  })
})
