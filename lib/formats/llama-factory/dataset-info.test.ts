import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readRows } from '../read'
import { bundle, item, OPTIONS } from '@/lib/testing/formats/bundle'
import type { CanonicalRow } from '../types'
import { readDatasetInfo } from './dataset-info'

describe('readDatasetInfo', () => {
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'evolens-bundle-'))
  })
  afterEach(() => rm(folder, { recursive: true }))
  const info = (value: unknown) =>
    writeFile(join(folder, 'dataset_info.json'), JSON.stringify(value))

  it('lists the data of a bundle written here, and its rows come back', async () => {
    const items = [item('a', 'b', 'c'), item('漢', '🙂')]
    const { texts } = await bundle(items, OPTIONS)
    for (const [name, text] of Object.entries(texts)) await writeFile(join(folder, name), text)
    const [entry] = await readDatasetInfo(folder)
    if (!entry?.formatId || !entry.mapping) throw new Error('no entry')
    expect(entry.files.map((path) => path.slice(-21))).toEqual(['/evolved_small-1.json'])
    const rows: CanonicalRow[] = []
    const plan = { formatId: entry.formatId, mapping: entry.mapping }
    for await (const batch of readRows({ path: entry.files[0] ?? '' }, plan)) {
      for (const one of batch) if (one.ok) rows.push(one.row)
    }
    expect(rows).toEqual(items.map((one, index) => ({ ...one.row, index })))
  })

  it('marks what is not local, unknown, preference data, or leads out of the folder', async () => {
    await writeFile(join(folder, 'a.json'), '[]')
    await writeFile(join(folder, '..', 'evolens-outside.json'), '[]')
    await symlink(join(folder, '..', 'evolens-outside.json'), join(folder, 'link.json'))
    await info({
      hub: { hf_hub_url: 'x/y', file_name: 'a.json' },
      script: { script_url: 'x' },
      up: { file_name: '../evolens-outside.json' },
      root: { file_name: '/etc/hostname' },
      drive: { file_name: 'C:\\x.json' },
      link: { file_name: 'link.json' },
      none: { file_name: 'none.json' },
      ranking: { file_name: 'a.json', ranking: true },
      odd: { file_name: 'a.json', formatting: 'other' },
      tags: {
        file_name: 'a.json',
        formatting: 'sharegpt',
        tags: { role_tag: 'who' },
      },
      text: 'a.json',
      nothing: {},
      ok: { file_name: 'a.json' },
    })
    const entries = await readDatasetInfo(folder)
    await rm(join(folder, '..', 'evolens-outside.json'))
    expect(entries.filter((entry) => entry.reason === null).map((entry) => entry.name)).toEqual([
      'ok',
    ])
    expect(entries.every((entry) => entry.reason === null || entry.files.length === 0)).toBe(true)
    expect(entries[0]?.reason).toContain('Not local')
    expect(entries[2]?.reason).toContain('leads out')
  })

  it('reads columns blocks, folders and both spellings of chats', async () => {
    await mkdir(join(folder, 'many'))
    for (const name of ['b.json', 'a.json', 'x.txt'])
      await writeFile(join(folder, 'many', name), '[]')
    await info({
      table: { file_name: 'many', columns: { prompt: 'q', response: 'a' } },
      chat: {
        file_name: 'many/a.json',
        formatting: 'sharegpt',
        columns: { messages: 'messages' },
        tags: { role_tag: 'role', content_tag: 'content' },
      },
    })
    const [table, chat] = await readDatasetInfo(folder)
    expect(table?.files.map((path) => path.slice(-7))).toEqual(['/a.json', '/b.json'])
    expect(table?.mapping).toMatchObject({ instruction: 'q', input: null, output: 'a' })
    expect(chat).toMatchObject({ formatId: 'openai-messages', mapping: { messages: 'messages' } })
  })

  it('reads chats by the tags of their entry, and answers by their label', async () => {
    const chats = [
      {
        talk: [
          { who: 'boss', what: 's' },
          { who: 'Q', what: 'q' },
          { who: 'gpt', what: 'a' },
        ],
        good: false,
      },
    ]
    await writeFile(join(folder, 'a.json'), JSON.stringify(chats))
    await info({
      mine: {
        file_name: 'a.json',
        formatting: 'sharegpt',
        columns: { messages: 'talk', kto_tag: 'good' },
        tags: {
          role_tag: 'who',
          content_tag: 'what',
          user_tag: 'Q',
          assistant_tag: 'gpt',
          system_tag: 'boss',
        },
      },
    })
    const [entry] = await readDatasetInfo(folder)
    if (!entry?.formatId || !entry.mapping) throw new Error(entry?.reason ?? 'no entry')
    expect(entry.mapping.tags).toEqual({
      role: 'who',
      content: 'what',
      roles: { Q: 'user', boss: 'system' },
    })
    const plan = { formatId: entry.formatId, mapping: entry.mapping }
    for await (const [read] of readRows({ path: entry.files[0] ?? '' }, plan)) {
      expect(read).toMatchObject({
        row: {
          instruction: 'q',
          output: 'a',
          system: 's',
          flags: ['rejected_response'],
          extra: { good: false },
        },
      })
    }
  })

  it('reads preference data without taking an answer for the response', async () => {
    const rows = [{ instruction: 'q', input: '', chosen: 'good', rejected: 'bad' }]
    await writeFile(join(folder, 'a.json'), JSON.stringify(rows))
    const columns = { prompt: 'instruction', query: 'input', chosen: 'chosen' }
    await info({
      pairs: {
        file_name: 'a.json',
        ranking: true,
        columns: { ...columns, rejected: 'rejected' },
      },
      odd: { file_name: 'a.json', ranking: true, columns: { ...columns, rejected: 'worse' } },
    })
    const [pairs, odd] = await readDatasetInfo(folder)
    expect(odd?.reason).toMatch(/named chosen and rejected/)
    if (!pairs?.formatId || !pairs.mapping) throw new Error(pairs?.reason ?? 'no entry')
    const plan = { formatId: pairs.formatId, mapping: pairs.mapping }
    for await (const [read] of readRows({ path: pairs.files[0] ?? '' }, plan)) {
      expect(read).toMatchObject({
        row: {
          output: null,
          flags: ['no_response', 'preference'],
          extra: { chosen: 'good', rejected: 'bad' },
        },
      })
    }
  })

  it('names what is wrong with the list itself', async () => {
    await expect(readDatasetInfo(folder)).rejects.toMatchObject({ reason: 'dataset_info' })
    await writeFile(join(folder, 'dataset_info.json'), '{"a": {"file_name": }}')
    await expect(readDatasetInfo(folder)).rejects.toMatchObject({
      reason: 'syntax',
      byteOffset: 20,
    })
  })
})
