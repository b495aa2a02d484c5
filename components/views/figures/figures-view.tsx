'use client'

import { parseAsJson, useQueryState } from 'nuqs'
import { z } from 'zod'
import { useFigureList } from '@/components/hooks/use-figures'
import { useViewState } from '@/components/hooks/use-view-state'
import { QueryState } from '@/components/ui/states'
import { StudyPage } from '@/components/shell/study-page'
import type { StudyDetail } from '@/lib/contracts/study'
import classes from './figures.module.css'
import { FIGURES_PARAM } from './selection'
import { FigureGrid } from './study-figure'

/** `FigureOptions`; in the URL as `figures`. */
const optionsSchema = z.record(
  z.string(),
  z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
)
const optionsParser = parseAsJson(optionsSchema).withDefault({})

function Gallery({ detail }: { detail: StudyDetail }) {
  const studyId = detail.study.id
  const { state } = useViewState()
  const list = useFigureList(studyId)
  const [options, setOptions] = useQueryState(
    FIGURES_PARAM,
    optionsParser.withOptions({ history: 'push' }),
  )

  return (
    <QueryState query={list} what="The figures could not be listed" lines={2} height={460}>
      {(figures) => (
        <>
          <nav className={classes.toc} aria-label="Figures">
            {figures.map((figure) => (
              <a key={figure.id} href={`#figure-${figure.id}`}>
                {figure.title}
              </a>
            ))}
          </nav>
          <FigureGrid
            studyId={studyId}
            figures={figures}
            filter={state.filter}
            options={options}
            onOptions={(changed) => void setOptions(changed)}
          />
        </>
      )}
    </QueryState>
  )
}

const EMPTY = {
  title: 'Nothing to draw yet',
  text: 'Figures compare evolvers over rounds: difficulty levels, densities of MND, IFD and IC-IFD, first-token probabilities. They need rows and computed metrics.',
}

/** All figures of a study. */
export function FiguresView({ studyId }: { studyId: string }) {
  return (
    <StudyPage
      studyId={studyId}
      title="Figures"
      description="Drawn from the rows of the current filter. Options and filter are in the address: a copied link opens the same figures."
      lines={2}
      height={460}
      empty={EMPTY}
    >
      {(detail) => <Gallery detail={detail} />}
    </StudyPage>
  )
}
