import process from 'node:process'
import { afterEach, expect, it, vi } from 'vitest'
import type { PassMatrix, StageItem } from '@/lib/contracts/experiment'
import { printMatrices } from './print-matrix'

afterEach(() => {
  vi.restoreAllMocks()
})

const MATRIX: PassMatrix = {
  constraint: 'Use no commas.\u001b[31m',
  functions: [
    { source: 'def evaluate(response):\n    return True', accuracy: 0.5, kept: false },
    { source: 'def evaluate(response): return "," not in response', accuracy: 1, kept: true },
  ],
  cases: [
    { case: ['a, b', false], kept: true },
    { case: ['a b', true], kept: true },
    { case: ['a', 'true'], kept: false },
  ],
  outcomes: [
    ['fail', 'pass', 'timeout'],
    ['pass', 'pass', 'error: NameError'],
  ],
}
const NOT_RUN: PassMatrix = { constraint: 'Use no dots.', functions: [], cases: [], outcomes: [] }

function printed(text: string, json = false): string {
  const out: string[] = []
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    out.push(String(chunk))
    return true
  })
  const item = (key: string, value: PassMatrix, reason: string | null): StageItem => ({
    key,
    position: 0,
    status: reason === null ? 'ok' : 'dropped',
    reason,
    raw: null,
    message: null,
    finishReason: null,
    attempt: 1,
    value,
  })
  printMatrices([item('aa', MATRIX, null), item('bb', NOT_RUN, 'no_function')], text, json)
  return out.join('')
}

it('lists the constraints with how much of their functions and cases is kept', () => {
  const lines = printed('').trimEnd().split('\n')
  expect(lines).toHaveLength(3)
  expect(lines[1]).toMatch(/^aa\s+Use no commas\..*\s1\/2\s+2\/3\s+ok$/)
  expect(lines[2]).toMatch(/^bb\s+Use no dots\.\s+0\/0\s+0\/0\s+no_function$/)
})

it('prints every outcome of the one constraint whose text is given, and nothing that steers a terminal', () => {
  const text = printed('commas')
  expect(text).toMatch(/1\s+fail\s+pass\s+timeout\s+0\.50\s+no/)
  expect(text).toMatch(/2\s+pass\s+pass\s+error: NameError\s+1\.00\s+yes/)
  expect(text).toContain('Case 3 (nobody confirms it): "a" -> "true"')
  expect(text).toContain('Function 2\ndef evaluate(response): return "," not in response')
  expect(text).not.toContain('\u001b')
  expect(JSON.parse(printed('bb', true))).toEqual([{ key: 'bb', ...NOT_RUN }])
  expect(() => printed('none')).toThrow('No checked constraint has "none"')
})
