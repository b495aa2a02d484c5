import type { Direction, Finding } from '@/lib/contracts/claims'
import { emptyFilter } from '@/lib/contracts/filter'
import type { OutcomePrepared } from '@/lib/figures/shared/outcome'
import { getStudyFigure } from '../../figures'
import { rankFinding } from '../ranks'
import type { ClaimStudy, Outcome } from '../study'
import { emptyFinding } from '../verdict'

/** Figure whose points the correlations are over. */
export const OUTCOME_FIGURE = 'metric-against-outcome'

/** A column and which way its mean over a set is claimed to go with what students reach. */
interface OutcomeClaim {
  id: string
  label: string
  expected: Direction
}

async function ofColumn(
  { db, studyId, results }: ClaimStudy,
  { id, label, expected }: OutcomeClaim,
): Promise<Finding[]> {
  if (results.length === 0) {
    // Means of whole columns are not worth reading where nothing stands against them.
    const none = (name: string) =>
      emptyFinding({
        label: `Rank correlation of ${name} with results over sets`,
        a: name,
        b: 'results',
        expected,
        because: 'the study has no results',
        unitName: 'set',
      })
    return [{ ...none('length'), expected: null }, none(label)]
  }
  const request = { figureId: OUTCOME_FIGURE, options: { x: id }, filter: emptyFilter() }
  const { prepared, cards } = await getStudyFigure(db, studyId, request)
  const { panels, y } = prepared as OutcomePrepared
  const runs = cards.map(({ runId }) => runId).filter((runId) => runId !== '')
  const panelOf = (isLength: boolean) =>
    panels.find(({ x }) => (x.column === id) !== isLength)?.sets.filter((set) => !set.published)
  const finding = (name: string, isLength: boolean) => {
    const sets = panelOf(isLength) ?? []
    const fields = { a: name, b: y.label, unitName: 'set', runs: isLength ? [] : runs }
    return rankFinding(
      sets.map((set) => set.x),
      sets.map((set) => set.y),
      {
        ...fields,
        label: `Rank correlation of ${name} with results over sets`,
        // What a metric shows beyond the length is not known where the length shows it, too.
        expected: isLength ? null : expected,
      },
    )
  }
  return [finding('length', true), finding(label, false)]
}

/** Returns a check of how mean values of sets go with what students trained on them reach, the length first. */
export function overSets(claims: readonly OutcomeClaim[]) {
  return async (study: ClaimStudy): Promise<Outcome> => {
    const found: Finding[][] = []
    for (const claim of claims) found.push(await ofColumn(study, claim))
    const [length = emptyFinding({ label: 'length', a: '', b: '' })] = found.flat()
    const findings = [length, ...found.flatMap((some) => some.slice(1))]
    const isFew = findings.some(({ effect }) => effect === null)
    const text =
      'Import results of students trained on at least five sets (evolvers, rounds, exports), and say for each model which set it is.'
    return { findings, actions: isFew ? [{ kind: 'results', text }] : [] }
  }
}
