'use client'

import { Button, Fieldset, Text } from '@mantine/core'
import { usePreviousExports } from '@/components/hooks/use-export'
import { useResults } from '@/components/hooks/use-results'
import { useConditionCounts } from '@/components/hooks/use-rows'
import type { ViewStateControls } from '@/components/hooks/use-view-state'
import { conditionText } from '@/components/shell/condition-text'
import type { Condition } from '@/lib/contracts/condition'
import {
  asGroup,
  insertAt,
  moveTo,
  replaceAt,
  shownParts,
  stepFrom,
} from '@/lib/contracts/condition-tree'
import type { RowFilter } from '@/lib/contracts/filter'
import type { StudyDetail } from '@/lib/contracts/study'
import { ConditionNode, type TreeActions } from './condition-node'
import { hasPlainParts, intoTree } from '@/lib/contracts/filter-parts'
import { outcomeChoices } from '@/lib/contracts/results'
import { offeredConditions } from './conditions'

interface BuilderProps {
  detail: StudyDetail
  filter: RowFilter
  controls: ViewStateControls
}

/** Conditions joined by and, or, not: groups, with the rows that each condition keeps and a reading of the whole. */
export function Builder({ detail, filter, controls }: BuilderProps) {
  const root = asGroup(filter.where)
  const { data: counts } = useConditionCounts(detail.study.id, filter)
  const { data: exports = [] } = usePreviousExports(detail.study.id)
  const { data: results } = useResults(detail.study.id)
  const offered = offeredConditions(detail, exports, outcomeChoices(results?.results ?? []))
  const set = (next: Condition) =>
    controls.setFilter({ where: shownParts(next).length === 0 ? undefined : next })
  const actions: TreeActions = {
    replace: (path, next) => set(replaceAt(root, path, next)),
    insert: (path, added) => set(insertAt(root, path, added)),
    move: (from, to) => set(moveTo(root, from, to)),
    step(path, direction) {
      const to = stepFrom(root, path, direction)
      if (to) set(moveTo(root, path, to))
    },
    canStep: (path, direction) => stepFrom(root, path, direction) !== null,
  }
  const names = { study: detail, exports: new Map(exports.map(({ id, name }) => [id, name])) }
  return (
    <Fieldset variant="unstyled" legend="Conditions with and, or, not">
      {filter.where ? (
        <Text size="sm" c="dimmed" mb={6} dir="auto" aria-live="polite">
          Kept: {conditionText(root, names)}
        </Text>
      ) : null}
      {hasPlainParts(filter) ? (
        <Button
          variant="default"
          mb={6}
          title="What lists, columns, search and figures chose becomes a group that can be negated, switched off or joined by or. The same rows are kept."
          onClick={() => controls.setView({ filter: intoTree(filter) })}
        >
          Make the rest of the filter a group here
        </Button>
      ) : null}
      <ConditionNode {...{ detail, filter, actions, offered, counts }} condition={root} path={[]} />
    </Fieldset>
  )
}
