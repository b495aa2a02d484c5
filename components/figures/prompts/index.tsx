'use client'

import type { PromptCardsPrepared } from '@/lib/figures/shared/prompt-cards'
import caseClasses from '../cases/cases.module.css'
import classes from '../figures.module.css'
import { useFigure } from '../interaction'

/** Versions of prompts as cards: what they are, what used them, their text. */
export function PromptCards({ prepared }: { prepared: PromptCardsPrepared }) {
  const { onSelect } = useFigure()
  return prepared.cards.map(({ title, purpose, facts, template, isCut, used, hash }, at) => (
    <div key={`${hash}-${at}`} className={caseClasses.case}>
      <p className={caseClasses.caseTitle} data-figure-text dir="auto">
        {title}
      </p>
      <div className={caseClasses.head} data-figure-text>
        <span>{purpose}</span>
      </div>
      {facts.map(([name, text]) => (
        <div key={name} className={caseClasses.fact} data-figure-text>
          <span className={caseClasses.dim}>{name}</span> <span dir="auto">{text}</span>
        </div>
      ))}
      {used.map(({ text, selection }) => (
        <div key={text} className={caseClasses.fact} data-figure-text>
          <span className={caseClasses.dim}>Used by</span>{' '}
          {onSelect && selection ? (
            <button
              type="button"
              className={classes.linkButton}
              title="Show the rows"
              onClick={() => onSelect(selection)}
            >
              {text}
            </button>
          ) : (
            <span dir="auto">{text}</span>
          )}
        </div>
      ))}
      <p className={caseClasses.text} dir="auto" data-figure-text>
        {template}
        {isCut ? '…' : null}
      </p>
    </div>
  ))
}
