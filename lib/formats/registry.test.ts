import { describe, expect, it } from 'vitest'
import { FORMATS, formatOf, RECOGNISERS } from './index'
import { emptyMapping, FORMAT_IDS, RowProblem } from './types'

describe('format registry', () => {
  it('holds every format once', () => {
    expect(FORMATS.map((format) => format.id).toSorted()).toEqual([...FORMAT_IDS].toSorted())
    for (const id of FORMAT_IDS) expect(formatOf(id).id).toBe(id)
    expect(new Set(RECOGNISERS.map((known) => known.id)).size).toBe(RECOGNISERS.length)
  })

  it.each(FORMATS.map((format) => [format.id, format] as const))(
    '%s describes itself',
    (_, format) => {
      expect(format.label.length).toBeGreaterThan(2)
      expect(format.description.endsWith('.')).toBe(true)
      expect(format.fits({})).toBe(false)
      const source = { index: 0, value: {}, keys: [], literals: null, flags: [] }
      expect(format.toCanonical(source, emptyMapping())).toBeInstanceOf(RowProblem)
    },
  )

  it.each(RECOGNISERS.map((known) => [known.id, known] as const))(
    '%s leaves ordinary rows alone',
    (_, known) => {
      const objects = [{ instruction: 'a', input: '', output: 'b' }]
      const head = {
        fileName: 'x.json',
        container: 'json-array',
        values: objects,
        objects,
        keys: [],
      } as const
      expect(known.matches(head)).toBe(false)
      expect(known.matches({ ...head, values: [], objects: [] })).toBe(false)
      expect(known.message).toMatch(/\.$/)
    },
  )
})
