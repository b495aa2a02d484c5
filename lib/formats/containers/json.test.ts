import { describe, expect, it } from 'vitest'
import { errorOf, rawRows } from '@/lib/testing/formats/collect'

const values = (rows: { value: unknown }[]) => rows.map((row) => row.value)

describe('JSON array', () => {
  it('yields every element with number and offset', async () => {
    const rows = await rawRows('[\n  {"a": 1},\n  {"a": "x, ] } \\" {"}\n]\n')
    expect(rows.map((r) => [r.rowNumber, r.byteOffset, r.value])).toEqual([
      [1, 4, { a: 1 }],
      [2, 16, { a: 'x, ] } " {' }],
    ])
  })

  it('counts offsets in bytes, not characters', async () => {
    const rows = await rawRows('[{"a":"é漢🙂"},{"b":1}]')
    expect(rows[1]?.byteOffset).toBe(1 + Buffer.byteLength('{"a":"é漢🙂"},'))
  })

  it('keeps keys in file order, number-like ones too, and shares the key list', async () => {
    const rows = await rawRows('[{"b":1,"1":2},{"b":3,"1":4}]')
    expect(rows[0]?.keys).toEqual(['b', '1'])
    expect(rows[1]?.keys).toBe(rows[0]?.keys)
  })

  it.each([
    ['truncated', '[{"a":1},{"a":', 13, 'truncated'],
    ['truncated after a row', '[{"a":1}', 7, 'truncated'],
    ['text after the array', '[{"a":1}] x', 10, 'text_after_array'],
    ['missing comma', '[{"a":1} {"a":2}]', 9, 'syntax'],
    ['trailing comma', '[{"a":1},]', 9, 'syntax'],
    ['double comma', '[{"a":1},,{"a":1}]', 9, 'syntax'],
    ['empty array', '[]', 0, 'no_rows'],
    ['white space only', ' \n\t', 0, 'no_rows'],
    ['empty file', '', 0, 'no_rows'],
    ['plain text', 'hello', 0, 'not_rows'],
    ['comment in a row', '[{"a":1 /* c */}]', 8, 'syntax'],
    ['single quotes', "[{'a':1}]", 2, 'syntax'],
    ['trailing comma in a row', '[{"a":1,}]', 8, 'syntax'],
    ['hexadecimal', '[{"a":0x10}]', 6, 'syntax'],
    ['leading zero', '[{"a":01}]', 6, 'syntax'],
    ['raw control character', '[{"a":"x\ty"}]', 8, 'control_character'],
    ['bad escape', '[{"a":"\\x41"}]', 7, 'syntax'],
    ['overflow', '[{"a":1},{"a":1e999}]', 14, 'overflow'],
    ['duplicate key', '[{"a":1,"b":2,"a":3}]', 14, 'duplicate_key'],
    ['duplicate key in escapes', '[{"a":"x"},{"a":"x","\\u0061":"y"}]', 20, 'duplicate_key'],
    ['nested duplicate key', '[{"a":{"b":1,"b":2}}]', 13, 'duplicate_key'],
    ['lone surrogate', '[{"a":"ok \\ud83d end"}]', 10, 'lone_surrogate'],
    ['lone low surrogate', '[{"a":"\\ude42"}]', 7, 'lone_surrogate'],
    ['swapped surrogates', '[{"a":"\\ude42\\ud83d"}]', 7, 'lone_surrogate'],
  ])('%s', async (_, text, offset, reason) => {
    const error = await errorOf(text)
    expect([error.reason, error.byteOffset]).toEqual([reason, offset])
    expect(error.file).toBe('test.json')
    expect(error.message).toContain('test.json')
    expect(error.context.length).toBeLessThanOrEqual(80)
  })

  it('names row and key of a duplicate, and keeps the last value when asked', async () => {
    const text = '[{"a":1},{"k":1,"k":2}]'
    expect(await errorOf(text)).toMatchObject({ row: 2, message: expect.stringContaining('"k"') })
    expect(values(await rawRows(text, { duplicateKeys: 'last' }))).toEqual([{ a: 1 }, { k: 2 }])
  })

  it('does not take a value that equals a key for a duplicate', async () => {
    const text = '[{"a":"a","b":"\\"a\\":"},{"a":"b","b":"a"}]'
    expect(values(await rawRows(text))).toEqual([
      { a: 'a', b: '"a":' },
      { a: 'b', b: 'a' },
    ])
  })

  it('accepts NaN and Infinity outside strings as missing, with the word kept', async () => {
    const [row] = await rawRows('[{"a":NaN,"b":-Infinity,"c":"NaN","d":[1,Infinity]}]')
    expect(row?.value).toEqual({ a: null, b: null, c: 'NaN', d: [1, null] })
    expect(row?.flags).toEqual(['nonfinite_number'])
    expect(row?.literals).toEqual({ '/a': 'NaN', '/b': '-Infinity', '/d/1': 'Infinity' })
  })

  it('keeps integers beyond 2^53 and long decimals as written', async () => {
    const [row] = await rawRows(
      '[{"id":9007199254740993,"n":9007199254740991,"x":0.12345678901234567890,"z":-0,"y":1e-7,"e":1e20}]',
    )
    expect(row?.value).toEqual({
      id: '9007199254740993',
      n: 9007199254740991,
      x: 0.12345678901234568,
      z: -0,
      y: 1e-7,
      e: 1e20,
    })
    expect(row?.literals).toEqual({
      '/e': '1e20',
      '/id': '9007199254740993',
      '/x': '0.12345678901234567890',
      '/z': '-0',
    })
  })

  it('treats __proto__, constructor and prototype as data', async () => {
    const [row] = await rawRows('[{"__proto__":{"x":1},"constructor":"c","prototype":null}]')
    expect(row?.keys).toEqual(['__proto__', 'constructor', 'prototype'])
    expect(Object.getPrototypeOf(row?.value)).toBe(Object.prototype)
    expect(Object.hasOwn(row?.value as object, '__proto__')).toBe(true)
    expect(({} as Record<string, unknown>).x).toBeUndefined()
    const [exact] = await rawRows('[{"__proto__":{"x":NaN}}]')
    expect(Object.hasOwn(exact?.value as object, '__proto__')).toBe(true)
  })

  it('replaces lone surrogates on request and flags the row', async () => {
    const rows = await rawRows('[{"a":"x\\ud83dy"},{"a":"\\ud83d\\ude42"}]', {
      loneSurrogates: 'replace',
    })
    expect(values(rows)).toEqual([{ a: 'x\uFFFDy' }, { a: '🙂' }])
    expect(rows.map((r) => r.flags)).toEqual([['lone_surrogate_replaced'], []])
  })

  it('keeps U+0000 by default and refuses it on request', async () => {
    expect(values(await rawRows('[{"a":"x\\u0000y"}]'))).toEqual([{ a: 'x\0y' }])
    expect(await errorOf('[{"a":"x\\u0000y"}]', { nul: 'error' })).toMatchObject({
      reason: 'nul',
      byteOffset: 8,
    })
  })

  it('refuses nesting beyond the limit without recursion', async () => {
    const nested = (n: number) => `[{"a":${'['.repeat(n)}${']'.repeat(n)}}]`
    expect(await rawRows(nested(63))).toHaveLength(1)
    expect(await errorOf(nested(64))).toMatchObject({ reason: 'too_deep', row: 1 })
    expect(await errorOf(nested(200_000))).toMatchObject({ reason: 'too_deep' })
  })

  it('refuses a row larger than the limit with its size, and goes on after it', async () => {
    const text = `[{"a":1},{"a":"${'x'.repeat(3000)}"},{"a":3}]`
    const rows = await rawRows(text, { maxRowBytes: 1000, chunkBytes: 100 })
    expect(rows.map((r) => r.error?.reason ?? r.value)).toEqual([
      { a: 1 },
      'row_too_large',
      { a: 3 },
    ])
    expect(rows[1]?.error?.message).toContain('3008 bytes')
    expect(rows.map((r) => r.byteOffset)).toEqual([1, 9, 9 + 3008 + 1])
  })

  it('refuses more than 256 distinct keys over all rows', async () => {
    const text = `[${Array.from({ length: 300 }, (_, i) => `{"k${i}":1}`).join(',')}]`
    expect(await errorOf(text)).toMatchObject({ reason: 'too_many_keys', row: 257 })
  })

  it('warns of keys that differ only by case or Unicode form', async () => {
    const notes: string[] = []
    await rawRows('[{"Input":"a","input":"b","é":1,"e\u0301":2}]', {
      onNote: (note) => notes.push(note),
    })
    expect(notes).toHaveLength(2)
  })

  it('hands over arrays and scalars as they are', async () => {
    expect(values(await rawRows('[[1,[2]],3,"a,b",null,true]'))).toEqual([
      [1, [2]],
      3,
      'a,b',
      null,
      true,
    ])
  })

  it('reads an array inside an object only when asked', async () => {
    const text = '{\n "data": [\n {"a":1}, {"a":2}]\n}\n'
    expect(await errorOf(text)).toMatchObject({ reason: 'wrapped_array' })
    const rows = await rawRows(text, { unwrap: true })
    expect(rows.map((r) => [r.value, r.byteOffset])).toEqual([
      [{ a: 1 }, text.indexOf('{"a":1}')],
      [{ a: 2 }, text.indexOf('{"a":2}')],
    ])
  })

  it.each([
    ['before', '{"version": "1", "meta": {"by": "x"}, "data": [{"a":1},{"a":2}]}'],
    ['behind', '{"data": [{"a":1},{"a":2}], "version": 1, "tags": ["x"]}'],
    ['around, over lines', '{\n"n": 2,\n"data": [\n{"a":1},\n{"a":2}\n],\n"ok": true\n}\n'],
    ['far behind', `{"data": [{"a":1},{"a":2}], "note": "${'x'.repeat(3_000)}"}`],
  ])('asks about rows with a few properties %s, and reads them when told', async (_name, text) => {
    expect(await errorOf(text)).toMatchObject({ reason: 'wrapped_array' })
    for (const chunkBytes of [1, 7, 1_000]) {
      expect(values(await rawRows(text, { unwrap: true, chunkBytes }))).toEqual([
        { a: 1 },
        { a: 2 },
      ])
    }
  })

  it.each([
    ['two arrays of rows', '{"train": [{"a":1}], "test": [{"a":2}]}'],
    ['a cut object', '{\n"data": [{"a":1}],\n"n": '],
    ['long text', `{"data": [{"a":1}], "n": "${'x'.repeat(70_000)}"}`],
  ])('refuses %s beside the rows', async (_name, text) => {
    const error = await errorOf(text, { unwrap: true })
    expect(error).toMatchObject({ reason: 'text_after_array', row: null })
  })

  it.each([
    ['with a text', '{"id": "1", "documents": [{"a":1}]}'],
    ['of a chat', '{"source": "x", "dialogue": [{"from":"human","value":"a"}]}'],
    ['of a chat of named speakers', '{"dialog": [{"speaker":"Al","text":"a"}]}'],
    ['line by line', '{"data": [{"a":1}]}\n{"data": [{"a":2}]}\n'],
    ['of plain values', '{"scores": [1, 2]}'],
  ])('takes an object %s for a row', async (_name, text) => {
    const rows = await rawRows(text, { unwrap: true })
    expect(rows[0]?.value).toEqual(JSON.parse(text.split('\n')[0] as string))
  })

  it('refuses an object of columns with a hint', async () => {
    const error = await errorOf('{\n"instruction": ["a", "b"],\n"output": ["c", "d"]}')
    expect(error).toMatchObject({
      reason: 'column_wise',
      expected: expect.stringContaining('records'),
    })
  })

  it('splits concatenated values without separator', async () => {
    const rows = await rawRows('[{"a":1}][{"a":2}]\n{"b":3}')
    expect(values(rows)).toEqual([[{ a: 1 }], [{ a: 2 }], { b: 3 }])
  })

  it('gives the same rows however the bytes are cut', async () => {
    const text =
      '\n[ {"a":"é漢🙂 \\"\\\\","n":[1,{"x":"]}"}]} , {"a":"\\ud83d\\ude42","id":9007199254740993},\n{"a":"","z":-0.5e-3} ]\n'
    const whole = await rawRows(text)
    for (let chunkBytes = 1; chunkBytes < Buffer.byteLength(text); chunkBytes++) {
      expect(await rawRows(text, { chunkBytes })).toEqual(whole)
    }
  })

  it('reports the same errors however the bytes are cut', async () => {
    const text = '[{"a":"é"},{"a":"\\ud83d"},{"a":1,"a":2},{"a":tru},{"b":"🙂"} x'
    const whole = await errorOf(text)
    for (let chunkBytes = 1; chunkBytes < Buffer.byteLength(text); chunkBytes++) {
      const error = await errorOf(text, { chunkBytes })
      expect([error.reason, error.row, error.byteOffset]).toEqual([
        whole.reason,
        whole.row,
        whole.byteOffset,
      ])
    }
  })
})

describe('JSONL', () => {
  it('splits at line feeds only, strips one carriage return, skips blank lines', async () => {
    const text = '{"a":"x\u2028y\u2029z\u0085"}\r\n\n \t\r\n{"a":"\\r\\n"}\n{"a":3}'
    const rows = await rawRows(text, { name: 'x.jsonl' })
    expect(rows.map((r) => [r.value, r.rowNumber, r.line])).toEqual([
      [{ a: 'x\u2028y\u2029z\u0085' }, 1, 1],
      [{ a: '\r\n' }, 2, 4],
      [{ a: 3 }, 3, 5],
    ])
    expect(rows[1]?.byteOffset).toBe(
      Buffer.byteLength('{"a":"x\u2028y\u2029z\u0085"}\r\n\n \t\r\n'),
    )
  })

  it('points at the last byte of a cut last line', async () => {
    const text = '{"a":1}\n{"a":"xy'
    expect(await errorOf(text)).toMatchObject({
      reason: 'truncated',
      row: 2,
      line: 2,
      byteOffset: text.length - 1,
    })
  })

  it('names line and row of a broken line and reads the others', async () => {
    const rows = await rawRows('{"a":"1"}\n\n{"a":"2",}\n{"a":"3"}\n')
    expect(rows.map((r) => r.error?.reason ?? 'ok')).toEqual(['ok', 'syntax', 'ok'])
    expect(rows[1]?.error).toMatchObject({ row: 2, line: 3, byteOffset: 20 })
  })

  it.each([
    ['{"a":"x","b":"y"}\n{"a":"x","a":"y","b":"z"}', 'duplicate_key'],
    ['{"a":"x"}\n{"a":"x","\\u0061":"y"}', 'duplicate_key'],
    ['{"a":"x"}\n{"a":"\\udc00"}', 'lone_surrogate'],
    ['{"a":"x"}\n{"a":1e999}', 'overflow'],
    ['{"a":"x"}\n{"a":"y"} {"a":"z"}', 'text_after_value'],
  ])('notices in a second row of the same keys: %s', async (text, reason) => {
    expect(await errorOf(text)).toMatchObject({ reason, row: 2 })
  })

  it('refuses a line beyond the limit and goes on after it', async () => {
    const text = `{"a":1}\n{"a":"${'x'.repeat(3000)}"}\n{"a":3}`
    const rows = await rawRows(text, { maxRowBytes: 1000, chunkBytes: 100 })
    expect(rows.map((r) => r.error?.reason ?? r.value)).toEqual([
      { a: 1 },
      'row_too_large',
      { a: 3 },
    ])
    expect(rows.map((r) => r.byteOffset)).toEqual([0, 8, 8 + 3009])
  })

  it('gives the same rows however the bytes are cut', async () => {
    const text = '{"a":"é漢🙂","b":"\\\\\\""}\r\n\n{"a":"x","b":"y"}\n{"id":12345678901234567890}\n'
    const whole = await rawRows(text)
    for (let chunkBytes = 1; chunkBytes < Buffer.byteLength(text); chunkBytes++) {
      expect(await rawRows(text, { chunkBytes })).toEqual(whole)
    }
  })

  it('reads a row of 10 MB', async () => {
    const big = '漢🙂"\n'.repeat(1_000_000)
    const rows = await rawRows(`{"a":"s"}\n${JSON.stringify({ a: big })}\n`, {
      chunkBytes: 1 << 20,
    })
    expect(rows.map((r) => (r.value as { a: string }).a === big)).toEqual([false, true])
  })
})
