import { expect, it } from 'vitest'
import { openRows } from '@/lib/formats/containers/open-rows'
import type { RawRow } from '@/lib/formats/types'
import { filesHere } from '@/lib/services/files/tasks'
import { bytesSource } from '../formats/made'
import { testStudy } from '../imports'
import { comparedRows } from './independent'
import { fuzz } from './run'
import { fuzzSubjects } from './subjects'
import { tryFile } from './try'

it('begins with files that are read to their end and agree with other parsers', async () => {
  const study = await testStudy()
  const outcomes: Record<string, string> = {}
  for (const subject of await fuzzSubjects()) {
    const { content, pack, name } = subject
    const bytes = pack ? pack(content) : content
    const { outcome, fault } = await tryFile({ study, files: filesHere }, subject, bytes)
    outcomes[name] = fault ?? outcome
  }
  await study.close()
  expect(new Set(Object.values(outcomes))).toEqual(new Set(['imported', 'unpacked']))
})

it.each([
  ['a.json', '[{"a":"x","b":[1,null]}]', '[{"a":"x","b":[1,0]}]'],
  ['a.jsonl', '{"a":1}\n{"a":2}', '{"a":1}\n{"a":2}\n{"a":3}'],
  ['a.csv', 'a,b\n"x\ny",""""', 'a,b\n"x\ny",""" "'],
  ['a.tsv', 'a\tb\nx"\ty', 'a\tb\nx\ty'],
])('notices rows that another parser reads otherwise: %s', async (name, text, other) => {
  const { container, batches } = await openRows(bytesSource(name, text))
  const rows: RawRow[] = []
  for await (const batch of batches) rows.push(...batch)
  expect(await comparedRows(rows, container, Buffer.from(text))).toEqual({ rule: null })
  expect(await comparedRows(rows, container, Buffer.from(other))).toHaveProperty('fault')
})

it('finds no fault in 200 files, and most formats refuse some and read some', async () => {
  const { outcomes, faults } = await fuzz({ seed: 1, count: 200 })
  expect(faults.map(({ no, name, fault }) => [no, name, fault])).toEqual([])
  const kinds = [...outcomes.values()].map((one) => [...one.keys()])
  expect(
    kinds.filter((one) => one.some((name) => name.startsWith('refused'))).length,
  ).toBeGreaterThan(9)
  expect(
    kinds.filter((one) => one.some((name) => !name.startsWith('refused'))).length,
  ).toBeGreaterThan(9)
}, 60_000)
