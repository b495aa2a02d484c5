import { crc32, deflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { figureRecord, viewPath } from '@/lib/contracts/figure-record'
import { DEFAULT_CHOICES } from '@/lib/contracts/picture'
import { getExampleFigure } from '@/lib/services/figures'
import { layoutWidth, readChoices } from './export-choices'
import { isShown } from './export-letters'
import { withPngTexts } from './png-text'

function pngChunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name), data])
  const ends = [Buffer.alloc(4), Buffer.alloc(4)] as const
  ends[0].writeUInt32BE(data.length)
  ends[1].writeUInt32BE(crc32(body))
  return Buffer.concat([ends[0], body, ends[1]])
}

const PNG = Buffer.concat([
  Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]),
  pngChunk('IHDR', Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0])),
  pngChunk('IDAT', deflateSync(Buffer.from([0, 255]))),
  pngChunk('IEND', Buffer.alloc(0)),
])

function chunksOf(png: Uint8Array) {
  const bytes = Buffer.from(png)
  const chunks: { name: string; data: Buffer }[] = []
  for (let at = 8; at < bytes.length;) {
    const length = bytes.readUInt32BE(at)
    const body = bytes.subarray(at + 4, at + 8 + length)
    expect(bytes.readUInt32BE(at + 8 + length)).toBe(crc32(body))
    chunks.push({ name: body.toString('latin1', 0, 4), data: body.subarray(4) })
    at += 12 + length
  }
  return chunks
}

it('writes texts and density into a PNG before its pixels', () => {
  const text = 'n 1,234 − 日本 <b>\u0000 end'
  const chunks = chunksOf(withPngTexts(PNG, { Title: 'T', Evolens: text }, 7559.06))
  expect(chunks.map(({ name }) => name)).toEqual(['IHDR', 'pHYs', 'iTXt', 'iTXt', 'IDAT', 'IEND'])
  expect(chunks[1]?.data.readUInt32BE(0)).toBe(7559)
  const [keyword, , , , , ...rest] = (chunks[3]?.data ?? Buffer.alloc(0)).toString().split('\0')
  expect([keyword, rest.join('\0')]).toEqual(['Evolens', 'n 1,234 − 日本 <b>\ufffd end'])
})

describe('the card in a file', () => {
  const result = getExampleFigure('ifd-density')
  const record = figureRecord(result, { path: '/studies/1/figures?filter={}', at: 0 })

  it('holds figure, options, filter, series, runs, version, date and address', () => {
    const card = JSON.parse(record.json) as Record<string, unknown>
    const { label, n, valued, missing, runId, definitionHash } = result.prepared.counts[0] ?? {}
    expect(card).toMatchObject({
      evolens: result.version,
      figure: 'ifd-density',
      study: null,
      options: result.options,
      filter: {},
      runs: result.cards,
      exportedAt: '1970-01-01T00:00:00.000Z',
      path: '/studies/1/figures?filter={}',
    })
    expect(card.series).toHaveLength(result.prepared.counts.length)
    expect((card.series as unknown[])[0]).toEqual({
      label,
      n,
      valued,
      missing,
      runId,
      definitionHash,
    })
  })

  it('begins its text alternative with what the picture shows', () => {
    expect(record.description.startsWith(result.altText)).toBe(true)
    expect(record.description).toContain(`Evolens ${result.version}`)
  })

  it('keeps host, user and secrets out of the address', () => {
    expect(
      viewPath('https://me:pw@host.example:1/studies/1/figures?token=s3&api_key=k&pin=a%20b#f'),
    ).toBe('/studies/1/figures?pin=a+b#f')
  })
})

describe('size on paper', () => {
  it('has more pixels for a wider paper and fewer for larger text', () => {
    // 11 pixels of layout are 8 points of paper: 85 mm hold 240.94 points.
    expect(layoutWidth({ widthMm: 85, fontPt: 8 })).toBeCloseTo((85 / 25.4) * 72 * (11 / 8), 6)
    expect(layoutWidth({ widthMm: 170, fontPt: 16 })).toBeCloseTo(
      layoutWidth({ widthMm: 85, fontPt: 8 }),
      6,
    )
  })

  it('takes what was remembered only where it is in range', () => {
    expect(readChoices(null)).toEqual(DEFAULT_CHOICES)
    expect(readChoices({ format: 'exe', widthMm: 1e9, fontPt: -1, scale: 99, grey: 'x' })).toEqual(
      DEFAULT_CHOICES,
    )
    expect(readChoices({ ...DEFAULT_CHOICES, widthMm: 85, grey: true })).toMatchObject({
      widthMm: 85,
      grey: true,
    })
  })
})

describe('letters of a PDF', () => {
  const all = () => true
  it.each([
    ['a letter without glyph', 'ab', (code: number) => code !== 98],
    ['an emoji', 'a 😀', all],
    ['Hebrew', 'שלום', all],
    ['Arabic', 'x سلام', all],
    ['a sign put over a letter', 'q\u0307', all],
    ['a sign of direction', 'a\u202eb', all],
  ] as const)('are drawn as a picture for %s', (_, text, hasGlyph) => {
    expect(isShown(text, hasGlyph)).toBe(false)
  })

  it('are set as text where composed letters have a glyph', () => {
    expect(isShown('cafe\u0301 − Δ', (code) => code !== 0x301)).toBe(true)
    expect(isShown('', all)).toBe(true)
  })
})
