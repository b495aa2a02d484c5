'use client'

import { LinkButton } from '@/components/ui/link-button'
import { checkTemplate } from '@/lib/prompts/render'
import classes from './prompts.module.css'

interface TemplateChecksProps {
  template: string
  required: readonly string[]
  allowed: readonly string[]
  /** Rubrics need the one or the other. */
  needsOneOf?: readonly string[]
  onReplace(template: string): void
}

/** Returns why a text cannot be saved, or null. */
export function templateProblem(
  template: string,
  required: readonly string[],
  allowed: readonly string[],
  needsOneOf: readonly string[] = [],
): string | null {
  if (template.trim() === '') return 'The text is empty.'
  const { missing } = checkTemplate(template, required, allowed)
  if (missing.length > 0) return `The text must contain {${missing.join('} and {')}}.`
  const absent = checkTemplate(template, needsOneOf, allowed).missing
  if (needsOneOf.length > 0 && absent.length === needsOneOf.length) {
    return `The text must contain {${needsOneOf.join('} or {')}}.`
  }
  return null
}

/** Errors and warnings of a template, each with a button that corrects it. */
export function TemplateChecks(props: TemplateChecksProps) {
  const { template, required, allowed, needsOneOf = [], onReplace } = props
  const problem = templateProblem(template, required, allowed, needsOneOf)
  const { unknown, foreign } = checkTemplate(template, required, allowed)
  const isFine = problem === null && unknown.length === 0 && foreign.length === 0
  return (
    <ul className={classes.checks} aria-live="polite">
      {problem ? <li className={classes.error}>{problem}</li> : null}
      {foreign.map(({ found, meant, isFilled }) => (
        <li key={found} className={classes.warn}>
          <span className="ev-mono">{found}</span>{' '}
          {isFilled ? 'leaves extra braces around the text.' : 'is sent unchanged.'}{' '}
          <LinkButton onClick={() => onReplace(template.replaceAll(found, meant))}>
            Replace by {meant}
          </LinkButton>
        </li>
      ))}
      {unknown.map((name) => (
        <li key={name} className={classes.warn}>
          <span className="ev-mono">{`{${name}}`}</span> is not a placeholder here and is sent
          unchanged. Placeholders are: {allowed.map((one) => `{${one}}`).join(', ')}.
        </li>
      ))}
      {isFine ? <li className="ev-dim">All placeholders are valid.</li> : null}
    </ul>
  )
}
