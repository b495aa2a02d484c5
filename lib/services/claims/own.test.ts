import { describe, expect, it } from 'vitest'
import { check, claimStudies, rowsFor, run, values, verdict } from '@/lib/testing/claims'
import { addFormula, changeFormula } from '../formulas'
import { deleteStudy } from '../studies'
import { checkClaims, listClaims } from '.'
import { purgeOwnClaims, saveOwnClaims } from './own'
import { claimsHtml, claimsMarkdown } from './report'

const study = claimStudies()

describe('own claims', () => {
  const OWN = `claims:
  - claim: Small rows are harder <b>|
    metric: difficulty_score.score
    a: small.1
    b: large.1
    margin: 5
  - id: gsm
    claim: No loss on GSM8K
    result: { benchmark: GSM8K }
    a: small.1
    b: large.1
    direction: not_lower
    margin: 2
`

  it('are kept with the study and checked as the others; a margin counts', async () => {
    await rowsFor([1])
    run('difficulty_score.score', { 'small.1': values(8), 'large.1': values(1) })
    saveOwnClaims(study().db, study().studyId, OWN)
    expect(listClaims(study().db, study().studyId, {}).claims.at(-1)).toMatchObject({
      id: 'own-gsm',
    })
    expect(await verdict('own-1')).toBe('match')
    saveOwnClaims(study().db, study().studyId, OWN.replace('margin: 5', 'margin: 9'))
    expect(await verdict('own-1')).toBe('differs')
    expect(await verdict('own-gsm')).toBe('not_comparable')
    saveOwnClaims(study().db, study().studyId, OWN.replaceAll('small.1', 'nobody.1'))
    expect((await check('own-1'))?.because).toContain('no evolver "nobody"')
    saveOwnClaims(study().db, study().studyId, '')
    await expect(check('own-1')).rejects.toThrow(/There is no claim "own-1"/)
  })

  it('may ask for a formula column, and are checked again when the formula changes', async () => {
    await rowsFor([1])
    run('difficulty_score.score', { 'small.1': values(8), 'large.1': values(1) })
    const { db, studyId } = study()
    const made = addFormula(db, studyId, { name: 'hardness', text: 'difficulty_score.score * 2' })
    saveOwnClaims(db, studyId, OWN.replace('difficulty_score.score', made.column))
    expect(await verdict('own-1')).toBe('match')
    changeFormula(db, studyId, made.id, { name: 'hardness', text: '-difficulty_score.score' })
    expect(await verdict('own-1')).toBe('differs')
  })

  it.each([
    ['claims: []', /line 1: claims: expected/],
    [
      OWN.replace('metric: difficulty_score', 'metrics: difficulty_score'),
      /line 3: claims\.1 has a key "metrics"\. Expected are .*metric/,
    ],
    [
      OWN.replace('direction: not_lower', 'direction: better'),
      /line 12: claims\.2\.direction: expected .*higher/,
    ],
    [
      OWN.replace('a: small.1', 'a: small'),
      /line 4: claims\.1\.a: expected the evolver's key and the round/,
    ],
    [OWN.replace('    a: small.1\n', ''), /line 2: claims\.1\.a: expected string/],
    [
      OWN.replace('metric: difficulty_score.score', 'source: x'),
      /line 2: claims\.1: expected one of metric and result/,
    ],
    [OWN.replace('id: gsm', 'id: "1"'), /two claims have the id "1"/],
    ['claims: [', /line \d+: this is not YAML/],
    ['- &a [x]\n- *a', /line 1: /],
    ['just text', /line 1: claims: expected array/],
    ['claims:', /line 1: claims: expected array/],
    ['x'.repeat(100_001), /at most 100000 characters/],
  ])('name line, key and expectation of what cannot be read: %j', (text, message) => {
    const stored = () => listClaims(study().db, study().studyId, {}).own
    expect(() => saveOwnClaims(study().db, study().studyId, text)).toThrow(message)
    expect(stored()).toBeNull()
  })

  it('are written without markup of theirs', async () => {
    await rowsFor([1])
    saveOwnClaims(study().db, study().studyId, OWN)
    const cards = await checkClaims(study().db, study().studyId, {})
    const html = claimsHtml('<script>alert(1)</script>', cards)
    expect(html).not.toMatch(/<script|<b>|src=|href=/)
    expect(html).toContain('&lt;script&gt;')
    const markdown = claimsMarkdown('*x*', cards)
    expect(markdown).toContain(String.raw`\<b\>\|`)
    expect(markdown.split('\n').filter((line) => line.startsWith('### '))).toHaveLength(21)
  })
})

it('forgets own claims with their study, once it is gone for good', () => {
  saveOwnClaims(
    study().db,
    study().studyId,
    'claims: [{ claim: x, metric: ifd.strict, a: seeds, b: seeds }]',
  )
  expect(purgeOwnClaims(study().db, Date.now() + 1)).toBe(0)
  deleteStudy(study().db, study().studyId)
  expect(purgeOwnClaims(study().db, 1)).toBe(0)
  expect(purgeOwnClaims(study().db, Date.now() + 1)).toBe(1)
})
