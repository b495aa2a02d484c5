import fs from 'node:fs'
import path from 'node:path'
import { parse } from 'csv-parse/sync'
import { beforeAll, expect, it } from 'vitest'
import type { FigureListItem, FigureResult } from '@/lib/contracts/figure'
import { listFigures } from '@/lib/figures'
import { ensureBuiltInBackends } from '@/lib/services/backends'
import { loadSample } from '@/lib/services/sample/load'
import { cliFolder } from '@/lib/testing/cli-folder'

const { folder, evolens, fill } = cliFolder()
let study: string

const figure = (...args: string[]) => evolens('figure', ...args, '--study', study)

beforeAll(() =>
  fill(async ({ db }) => {
    ensureBuiltInBackends(db)
    study = (await loadSample(db)).studyId
  }),
)

const SLOW = 60_000

it(
  'lists the figures, and draws a derived column with every way to write it down',
  async () => {
    expect((await figure()).out).toMatch(/distribution +Distribution +yes +column view/)
    const csv = path.join(folder, 'table.csv')
    const drawn = path.join(folder, 'drawn.csv')
    const pooled = 'distribution --column ifd.strict --option rows=all --option columns=all'.split(
      ' ',
    )
    const files = ['--option', 'view=histogram', '--csv', csv, '--drawn', drawn]
    const { code, out } = await figure(...pooled, ...files)
    expect(code).toBe(0)
    expect(out).toMatch(/^Distribution of IFD\n.*median IFD/)
    expect(out).toMatch(/Rows +\d+ of \d+ rows have a value/)
    expect(fs.readFileSync(csv, 'utf8')).toMatch(/^Seed set,Panel,Evolver,Values,/)
    const bins = parse<{ Count: string }>(fs.readFileSync(drawn), { columns: true })
    const json = await figure(...pooled, '--json')
    const { prepared, citation, cards } = JSON.parse(json.out) as FigureResult
    const cited = (await figure(...pooled, '--cite')).out
    expect(cited).toContain(citation.sentence)
    expect(cited).toContain('@misc{evolens-figure-')
    expect(citation.bibtex).toContain(cards[0]?.runId)
    const valued = prepared.counts.reduce((sum, entry) => sum + entry.valued, 0)
    const counted = bins.reduce((sum, bin) => sum + Number(bin.Count), 0)
    const outside = parse<{ 'Off the axis': string }>(fs.readFileSync(csv), { columns: true })
    const off = outside.reduce((sum, row) => sum + Number(row['Off the axis']), 0)
    expect(valued).toBeGreaterThan(100)
    expect(counted + off).toBe(valued)
  },
  SLOW,
)

it(
  'names what there is when column, option or figure is missing or wrong',
  async () => {
    for (const [args, problem] of [
      [['distribution'], /needs a column .*Choose one of: .*ifd\.strict/],
      [['distribution', '--column', 'ifd.strickt'], /no column "ifd\.strickt".*ifd\.strict/],
      [['distribution', '--column', 'difficulty_level.level'], /levels, not numbers/],
      [['difficulty-levels', '--column', 'ifd.strict'], /leave out --column/],
      [['distribution', '--option', 'colour=red'], /has the options column, view, heights/],
      [['distribution', '--column', 'ifd.strict', '--option', 'mix=perhaps'], /true or false/],
      [['no-such-figure'], /no figure "no-such-figure"/],
    ] as const) {
      const { code, out, err } = await figure(...args)
      expect([code, out, err]).toEqual([2, '', expect.stringMatching(problem)])
    }
  },
  SLOW,
)

it(
  'lists all figures with question and options without a study, for scripts that loop over them',
  async () => {
    const { code, out } = await evolens('figures', '--list', '--json')
    const listed = JSON.parse(out) as FigureListItem[]
    expect(code).toBe(0)
    expect(listed.map(({ id }) => id)).toEqual(listFigures().map(({ id }) => id))
    expect(listed.filter(({ question }) => !question)).toEqual([])
    expect((await evolens('figures')).out).toMatch(
      /^difficulty-levels +Difficulty levels .*How hard/m,
    )
    const unnamed = await evolens('figure', 'ifd-density')
    expect([unnamed.code, unnamed.err]).toEqual([2, expect.stringMatching(/--study <name or id>/)])
  },
  SLOW,
)

it(
  'says what is missing where there is nothing to draw, before a browser is looked for',
  async () => {
    const file = path.join(folder, 'empty.svg')
    const { code, err } = await figure('results-over-rounds', '--svg', file)
    expect([code, err]).toEqual([3, expect.stringMatching(/nothing to draw.*Compute or import/)])
    expect(fs.existsSync(file)).toBe(false)
  },
  SLOW,
)
