'use client'

import { Button, Group, Select, Switch } from '@mantine/core'
import { IconUpload } from '@tabler/icons-react'
import { parseAsBoolean, parseAsString, useQueryState } from 'nuqs'
import {
  everyEvalEverUrl,
  resultsCsvUrl,
  usePaperResults,
  useResults,
} from '@/components/hooks/use-results'
import { plural } from '@/lib/contracts/format'
import { Section } from '@/components/ui/page'
import { EmptyState, QueryState } from '@/components/ui/states'
import { StudyPage } from '@/components/shell/study-page'
import { useDialogParam } from '@/components/shell/use-dialog-param'
import { benchmarkKey, type ResultList, type StoredResult } from '@/lib/contracts/results'
import type { StudyDetail } from '@/lib/contracts/study'
import { ImportResultsDialog } from './import-results-dialog'
import { ResultsTable } from './results-table'
import { ResultSources } from './sources'

const DESCRIPTION =
  'What models trained on the data reached on benchmarks. Select two results to compare them.'
const SKELETON = { lines: 8, height: 40 }

interface ShownProps {
  detail: StudyDetail
  results: readonly StoredResult[]
  isPaper: boolean
  onPaper(isShown: boolean): void
}

/** The results with their filter; benchmark and published numbers are in the URL. */
function ShownResults({ detail, results, isPaper, onPaper }: ShownProps) {
  const [benchmark, setBenchmark] = useQueryState('benchmark', parseAsString)
  // The paper writes GSM8K and its evaluation tool gsm8k: one choice shows both.
  const names = new Map(results.map((result) => [benchmarkKey(result.benchmark), result.benchmark]))
  const chosen = results.filter(
    (result) => benchmark === null || benchmarkKey(result.benchmark) === benchmark,
  )
  return (
    <Section title="Results" note={plural(chosen.length, 'number')}>
      <Group gap="md" align="end">
        <Select
          label="Benchmark"
          placeholder="all"
          data={[...names].map(([value, label]) => ({ value, label }))}
          value={benchmark}
          clearable
          searchable
          onChange={(value) => void setBenchmark(value)}
        />
        <Switch
          label="Published numbers of the paper"
          checked={isPaper}
          onChange={(event) => onPaper(event.currentTarget.checked)}
        />
      </Group>
      <ResultsTable studyId={detail.study.id} arms={detail.arms} results={chosen} />
    </Section>
  )
}

interface ContentProps {
  detail: StudyDetail
  list: ResultList
  onImport(): void
}

/** Whether the published numbers are shown too, as the URL says. */
function useIsPaper() {
  return useQueryState('paper', parseAsBoolean.withDefault(false))
}

function Content({ detail, list, onImport }: ContentProps) {
  const [isPaper, setIsPaper] = useIsPaper()
  const paper = usePaperResults(isPaper)
  const onPaper = (isShown: boolean) => void setIsPaper(isShown)
  if (list.results.length === 0 && !isPaper) {
    return (
      <EmptyState
        title="No benchmark results yet"
        action={
          <>
            <Button leftSection={<IconUpload size={14} />} onClick={onImport}>
              Import results
            </Button>
            <Button variant="default" onClick={() => onPaper(true)}>
              Show the published numbers
            </Button>
          </>
        }
      >
        Import the result files of an evaluation tool or paste a table. Models saved under the
        output_dir of an export recipe are linked to that export.
      </EmptyState>
    )
  }
  const shown = (published: readonly StoredResult[]) => (
    <ShownResults
      detail={detail}
      results={[...list.results, ...published]}
      isPaper={isPaper}
      onPaper={onPaper}
    />
  )
  return (
    <>
      {isPaper ? (
        <QueryState query={paper} what="The published numbers could not be read" {...SKELETON}>
          {shown}
        </QueryState>
      ) : (
        shown([])
      )}
      <ResultSources detail={detail} list={list} />
    </>
  )
}

/** Benchmark results of a study, beside the paper's where they are wanted. */
export function ResultsView({ studyId }: { studyId: string }) {
  const [dialog, setDialog] = useDialogParam(['import-results'])
  const query = useResults(studyId)
  const [isPaper] = useIsPaper()
  const open = () => setDialog('import-results')
  const hasResults = (query.data?.results.length ?? 0) > 0
  const actions = (
    <>
      {hasResults || isPaper ? (
        <Button component="a" variant="default" href={resultsCsvUrl(studyId, isPaper)} download>
          CSV
        </Button>
      ) : null}
      {hasResults ? (
        <Button component="a" variant="default" href={everyEvalEverUrl(studyId)} download>
          Every Eval Ever
        </Button>
      ) : null}
      <Button variant="default" leftSection={<IconUpload size={14} />} onClick={open}>
        Import results
      </Button>
    </>
  )
  return (
    <StudyPage studyId={studyId} title="Results" description={DESCRIPTION} actions={actions}>
      {(detail) => (
        <>
          <QueryState query={query} what="The results could not be read" {...SKELETON}>
            {(list) => <Content detail={detail} list={list} onImport={open} />}
          </QueryState>
          {dialog === 'import-results' ? (
            <ImportResultsDialog studyId={studyId} onClose={() => setDialog(null)} />
          ) : null}
        </>
      )}
    </StudyPage>
  )
}
