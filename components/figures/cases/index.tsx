'use client'

import type { CasePanel, CasesPrepared } from '@/lib/figures/shared/cases'
import { lengthText } from '@/lib/figures/shared/cases-text'
import figureClasses from '../figures.module.css'
import { useFigure } from '../interaction'
import { Swatch } from '../marks'
import { toneCss } from '../palette'
import classes from './cases.module.css'

// From here and not from a style sheet, so that exports can switch them to light colours.
const TONES = {
  '--case-added': toneCss({ light: '#d7f0e2', dark: '#17382a' }),
  '--case-added-text': toneCss({ light: '#0d4a2b', dark: '#9be3bf' }),
  '--case-removed': toneCss({ light: '#fbdedb', dark: '#47201e' }),
  '--case-removed-text': toneCss({ light: '#7a1712', dark: '#f6b3ad' }),
  '--figure-warning-text': toneCss({ light: '#8a5a00', dark: '#e3b45a' }),
} as Record<string, string>

function Panel({ panel, id }: { panel: CasePanel; id: string }) {
  const { idPrefix } = useFigure()
  const { arm, round, operator, budget, facts, parts, isCut, input } = panel
  const isSeed = arm.colorIndex === null
  const isOff = budget !== null && budget !== 'within'
  return (
    <div className={classes.panel}>
      <div className={classes.head} data-figure-text>
        <Swatch arm={arm} kind="line" prefix={`${idPrefix}-${id}`} />
        <span className={classes.name} dir="auto">
          {isSeed ? 'Seed' : `${arm.label}, round ${round}`}
        </span>
        {isSeed ? null : <span>{operator ?? 'operator unknown'}</span>}
        <span className={isOff ? classes.off : classes.dim}>{lengthText(panel)}</span>
        {facts.map((fact) => (
          <span key={fact} className={classes.dim}>
            {fact}
          </span>
        ))}
      </div>
      <p className={classes.text} dir="auto" data-figure-text>
        {parts.length === 0 ? <span className={classes.dim}>The instruction is empty.</span> : null}
        {parts.map(({ kind, text }, at) => {
          if (kind === 'same') return <span key={at}>{text}</span>
          const Mark = kind === 'added' ? 'ins' : 'del'
          return (
            <Mark key={at} className={classes[kind]}>
              {text}
            </Mark>
          )
        })}
        {isCut ? '…' : null}
      </p>
      {input === null ? null : (
        <p className={`${classes.text} ${classes.dim}`} dir="auto" data-figure-text>
          Input: {input}
        </p>
      )}
    </div>
  )
}

/** Seeds and what evolvers made of them: one text a panel, evolvers side by side, one line of panels a round. */
export function CasePanels({ prepared }: { prepared: CasesPrepared }) {
  return (
    <div style={TONES}>
      {prepared.cases.map(({ key, title, origin, rounds }, at) => (
        <div key={key} className={classes.case}>
          <p className={classes.caseTitle} data-figure-text dir="auto">
            {title}
          </p>
          {origin ? (
            <div className={classes.row}>
              <Panel panel={origin} id={`${at}-seed`} />
            </div>
          ) : (
            <p className={figureClasses.count} data-figure-text>
              The seed itself is not in the study.
            </p>
          )}
          {rounds.map(({ round, panels }) => (
            <div key={round} className={classes.row}>
              {panels.map((panel, column) => (
                <Panel
                  // One seed may have several rows of one evolver and round.
                  key={`${panel.arm.key}-${panel.row}`}
                  panel={panel}
                  id={`${at}-${round}-${column}`}
                />
              ))}
            </div>
          ))}
        </div>
      ))}
    </div>
  )
}

/** What the marks of words mean. */
export function CasesLegend() {
  return (
    <span className={figureClasses.legendItem} style={TONES} data-figure-text>
      <ins className={classes.added}>added words</ins>{' '}
      <del className={classes.removed}>removed words</del>
    </span>
  )
}
