import { Button } from '@mantine/core'
import { useViewState } from '@/components/hooks/use-view-state'
import type { RowDetail } from '@/lib/contracts/rows'
import type { StudyDetail } from '@/lib/contracts/study'
import { withAtom } from '../filter/with-atom'
import classes from './detail.module.css'

/** Lists, in place of the rows shown, those most similar to this one; without embeddings, says what is needed. */
export function SimilarRows({ row, study }: { row: RowDetail['row']; study: StudyDetail }) {
  const { state, setFilter, setSort } = useViewState()
  const { cellId, idx } = row
  const hasEmbeddings = study.columns.some(({ id }) => id === 'mnd.mnd')
  const show = () => {
    const where = withAtom(state.filter.where, { is: 'similar', to: { cellId, idx }, top: 100 })
    setFilter({ where })
    setSort({ column: 'similarity', descending: true })
  }
  return (
    <section className={classes.section}>
      <h3 className={classes.sectionTitle}>Similar rows</h3>
      {hasEmbeddings ? (
        <Button variant="default" size="xs" onClick={show}>
          List the 100 most similar rows
        </Button>
      ) : (
        <p className={classes.sub}>
          Compute <em>Minimum neighbour distance</em> to find rows of similar meaning.
        </p>
      )}
    </section>
  )
}
