import { describe, expect, it } from 'vitest'
import type { CheckOutcome } from '@/lib/contracts/experiment'
import { constraintLines, seedConstraints } from './lines'
import { distinctChecks, matrixFault, passMatrix, tooFew } from './matrix'
import { parseChecker } from './parse'

const FUNC = 'def evaluate(response):\n    return len(response) > 3'
const CASES = [
  { input: 'long', output: true },
  { input: 'no', output: false },
]

function fenced(value: unknown, label = 'json'): string {
  return `Here it is.\n\`\`\`${label}\n${JSON.stringify(value, null, 2)}\n\`\`\`\nI hope it helps.`
}

describe('constraints of a reply', () => {
  it('are its lines without the mark of the list; what stands around the list is not one', () => {
    const text =
      'Sure, here are some:\n\n- Use no commas.\n  -End with "END".\n3. Write 3.5 pages.\n* Start with **a**\n---\nEnjoy!'
    expect(constraintLines(text)).toEqual({
      lines: ['Use no commas.', 'End with "END".', 'Write 3.5 pages.', 'Start with **a**'],
      besides: ['Sure, here are some:', '---', 'Enjoy!'],
      isList: true,
    })
  })

  it('are all lines where none has a mark, and keep a number that begins a text', () => {
    expect(constraintLines('Use no commas.\r\n\r\n3.5 pages at most')).toMatchObject({
      lines: ['Use no commas.', '3.5 pages at most'],
      isList: false,
    })
  })

  it('are read in other scripts', () => {
    expect(constraintLines('１、x\n1、每段不超过五十字。\n2．只用小写字母').lines).toEqual([
      '每段不超过五十字。',
      '只用小写字母',
    ])
  })

  it('begin with some thirty different ones of our own, or with those of the plan', () => {
    const own = seedConstraints(null)
    expect(own.length).toBeGreaterThanOrEqual(30)
    expect(new Set(own).size).toBe(own.length)
    expect(seedConstraints('One.\n\n- Two.\nOne.')).toEqual(['One.', 'Two.'])
  })
})

describe('the checker of a reply', () => {
  const json = JSON.stringify({ func: FUNC, cases: CASES })

  it.each<[string, string, string[]]>([
    ['a fenced block', fenced({ func: FUNC, cases: CASES }), []],
    ['the first of two', fenced({ func: FUNC, cases: CASES }) + fenced({ func: 'x' }), []],
    ['a block on one line', `\`\`\`json ${json}\`\`\``, []],
    ['a block that is never closed', `\`\`\`json\n${json}`, ['unclosed_fence']],
    ['another label', fenced({ func: FUNC, cases: CASES }, 'text'), ['unlabelled_fence']],
    ['no fence', `Of course: ${json} Bye.`, ['no_fence']],
    [
      'real line ends in the source',
      `\`\`\`json\n${json.replaceAll('\\n', '\n')}\n\`\`\``,
      ['raw_line_ends'],
    ],
    ['a comma too many', `\`\`\`json\n${json.slice(0, -1)},}\n\`\`\``, ['trailing_comma']],
    [
      'words of Python',
      `\`\`\`json\n${json.replace(':true', ': True').replace(':false', ': False')}\n\`\`\``,
      ['python_words'],
    ],
    ['other keys', fenced({ function: FUNC, test_cases: CASES }), ['other_keys']],
    ['source in lines', fenced({ func: FUNC.split('\n'), cases: CASES }), ['source_in_lines']],
    [
      'source in a fence',
      fenced({ func: `\`\`\`python\n${FUNC}\n\`\`\``, cases: CASES }),
      ['source_in_fence'],
    ],
    [
      'line ends escaped twice',
      fenced({ func: FUNC.replaceAll('\n', '\\n'), cases: CASES }),
      ['escaped_twice'],
    ],
    [
      'cases as lists',
      fenced({ func: FUNC, cases: CASES.map(({ input, output }) => [input, output]) }),
      ['case_lists'],
    ],
    [
      'cases that are not pairs',
      fenced({
        func: FUNC,
        cases: [
          ...CASES,
          'x',
          { input: 'y' },
          [1, true],
          ['a', 'b', 'c'],
          { input: 'z', output: [] },
        ],
      }),
      ['cases_left_out'],
    ],
  ])('is read from %s', (_, text, repairs) => {
    const found = parseChecker(text)
    expect(found).toEqual({
      func: FUNC,
      cases: CASES.map(({ input, output }) => [input, output]),
      repairs,
    })
  })

  it.each([
    ['prose', 'I cannot write such a function.', 'no_block'],
    ['JSON that nothing mends', '```json\n{"func": "def evaluate(response)", oh\n```', 'bad_json'],
    ['a list', fenced([FUNC]), 'bad_json'],
    ['another language', fenced({ func: 'function evaluate(r) {}', cases: CASES }), 'no_evaluate'],
    ['another name', fenced({ func: 'def check(r):\n  return True', cases: CASES }), 'no_evaluate'],
    ['no source', fenced({ cases: CASES }), 'no_evaluate'],
    ['no cases', fenced({ func: FUNC, cases: [] }), 'no_cases'],
    ['cases of another kind', fenced({ func: FUNC, cases: 'none' }), 'no_cases'],
  ])('is missing from %s', (_, text, fault) => {
    expect(parseChecker(text)).toBe(fault)
  })

  it('loses the lines that speak of downloads or requests, and no others', () => {
    const func = 'import requests\ndef evaluate(response):\n    nltk.download("x")\n    return True'
    expect(parseChecker(fenced({ func, cases: CASES }))).toMatchObject({
      func: 'def evaluate(response):\n    return True',
      repairs: ['fetching_lines'],
    })
  })

  it('keeps patterns and signs of the source as they were meant', () => {
    const source = String.raw`def evaluate(r): return bool(re.search('\d+', r)) and '\n' in r`
    const given = `\`\`\`json\n{"func": "${source}", "cases": [["a", true]]}\n\`\`\``
    // \d is no escape of JSON and is meant as it stands; \n is one.
    expect(parseChecker(given)).toMatchObject({
      func: source.replace(String.raw`\n`, '\n'),
      repairs: ['lone_backslash', 'case_lists'],
    })
    expect(parseChecker(fenced({ func: source, cases: CASES }))).toMatchObject({
      func: source,
      repairs: [],
    })
  })

  it('keeps a text "true" apart from true', () => {
    const text = fenced({ func: FUNC, cases: [{ input: 'a', output: 'true' }] })
    expect(parseChecker(text)).toMatchObject({ cases: [['a', 'true']] })
  })
})

describe('cross-validation', () => {
  const lines = (...rows: string[]): CheckOutcome[][] =>
    rows.map((row) => [...row].map((sign) => (sign === 'p' ? 'pass' : 'fail')))
  const cases = (n: number) =>
    Array.from({ length: n }, (_, at): [string, boolean] => [`${at}`, true])

  it('gives the values of the worked example', () => {
    const found = passMatrix('c', ['f1', 'f2', 'f3'], cases(4), lines('ppff', 'pppf', 'pfff'), 0.8)
    expect(found.cases.map(({ kept }) => kept)).toEqual([true, true, true, false])
    expect(found.functions.map(({ accuracy }) => accuracy)).toEqual([2 / 3, 1, 1 / 3])
    expect(found.functions.filter(({ kept }) => kept).map(({ source }) => source)).toEqual(['f2'])
    expect(matrixFault(found)).toBeNull()
  })

  it('keeps a function at the threshold, and nothing where no case is confirmed', () => {
    const at = passMatrix('c', ['f', 'g'], cases(5), lines('ppppf', 'ffffp'), 0.8)
    expect(at.functions.map(({ kept }) => kept)).toEqual([true, false])
    const none = passMatrix('c', ['f'], cases(2), [['fail', 'timeout']], 0.8)
    expect(none.functions).toEqual([{ source: 'f', accuracy: 0, kept: false }])
    expect(matrixFault(none)).toBe('no_case_confirmed')
    const split = passMatrix('c', ['f', 'g'], cases(2), lines('pf', 'fp'), 0.8)
    expect(matrixFault(split)).toBe('low_accuracy')
  })

  it('counts an error, a timeout and a kill as not passed', () => {
    const found = passMatrix(
      'c',
      ['f', 'g'],
      cases(4),
      [
        ['error: NameError', 'timeout', 'killed', 'pass'],
        ['pass', 'pass', 'pass', 'pass'],
      ],
      0.8,
    )
    expect(found.functions.map(({ accuracy }) => accuracy)).toEqual([0.25, 1])
  })

  it('takes equal functions and cases once, and says what is too few', () => {
    const one = { func: 'f', cases: [['a', true] as [string, boolean]] }
    const text = { func: 'f', cases: [['a', 'true'] as [string, string]] }
    const found = distinctChecks([one, one, text])
    expect(found).toEqual({
      functions: ['f'],
      cases: [
        ['a', true],
        ['a', 'true'],
      ],
    })
    expect(tooFew(found, { minFunctions: 1, minCases: 1 })).toBeNull()
    expect(tooFew(found, { minFunctions: 3, minCases: 1 })).toBe('few_functions')
    expect(tooFew(found, { minFunctions: 1, minCases: 10 })).toBe('few_cases')
    expect(tooFew({ functions: [], cases: [] }, { minFunctions: 1, minCases: 1 })).toBe(
      'no_function',
    )
  })
})
