'use client'

import Link from 'next/link'
import { useMetrics } from '@/components/hooks/use-compute'
import { Page, Section } from '@/components/ui/page'
import { QueryState } from '@/components/ui/states'
import { Table, type Column } from '@/components/ui/table'
import { KeyGroups } from '@/components/shell/key-groups'
import { ALL_KEYS } from '@/components/shell/keys'
import { PageTitle } from '@/components/shell/page-title'
import type { MetricInfo } from '@/lib/contracts/compute'
import { STATUSES } from '@/lib/contracts/status'
import { FUNCTIONS } from '@/lib/formulas/functions'
import { FORMULA_PRESETS } from '@/lib/formulas/presets'
import { GLOSSARY } from './glossary'
import classes from './help.module.css'

function MetricEntry({ metric, from }: { metric: MetricInfo; from: string | null }) {
  return (
    <section id={`metric-${metric.id}`} className={classes.metric}>
      <h3 className={classes.name}>
        {metric.label}{' '}
        <span className={classes.id}>
          {metric.id}, version {metric.version}
        </span>
      </h3>
      <p className={classes.text}>{metric.description}</p>
      <p className={`${classes.text} ${classes.formula}`}>{metric.formula}</p>
      <p className={`${classes.text} ev-dim`}>
        {metric.source}.{' '}
        {metric.kind === 'derived'
          ? `Derived ${from ? `from ${from}` : 'from the texts'} when it is read: no computation needed.`
          : metric.needs.length > 0
            ? `Needs a backend with: ${metric.needs.join(', ')}.`
            : 'Needs no backend.'}
      </p>
      {metric.params.length > 0 ? (
        <ul className={classes.params}>
          {metric.params.map((param) => (
            <li key={param.name}>
              <span className="ev-mono">{param.name}</span>
              {param.type === 'text' ? '' : ` = ${JSON.stringify(param.default)}`}
              {param.description ? `: ${param.description}` : ''}
            </li>
          ))}
        </ul>
      ) : null}
    </section>
  )
}

const STATUS_COLUMNS: readonly Column<(typeof STATUSES)[number]>[] = [
  { name: 'Reason', kind: 'code', cell: ({ name }) => name },
  { name: 'Meaning', cell: ({ sentence }) => sentence },
  { name: 'Has a value', cell: ({ hasValue }) => (hasValue ? 'yes' : 'no') },
  { name: 'Can be retried', cell: ({ retryable }) => (retryable ? 'yes' : 'no') },
]

/** How a formula is written. */
const GRAMMAR = [
  'A formula is written from names of columns, numbers, texts in quotes, and + - * / ^ with brackets. It gives a number, yes or no, or one of the words that stand in it.',
  'A column is named by its id (ifd.strict), its own name (complexity), or its metric alone (ifd), which is the default column of that metric. Names with blanks, hyphens or other signs stand in backticks: `IFD ppl`.',
  'Comparisons are < <= > >= = and !=, joined by and, or, not. A column of levels is compared with the number or the name of a level.',
  'rank, percentile, zscore, mean, median, sd, sum and count are taken within a group: the cell unless you say otherwise, as in rank(ifd, within: seed set). Groups are cell, seed set, evolver, round, level, study and columns of few values; "and" joins them.',
  'A row in which an operand has no value has none either, for the same reason; coalesce and is_missing deal with that. Divisions by zero and logarithms of numbers that have none are undefined, never 0.',
]

const FUNCTION_COLUMNS: readonly Column<(typeof FUNCTIONS)[number]>[] = [
  { name: 'Function', kind: 'code', cell: ({ form }) => form },
  { name: 'Meaning', cell: ({ means }) => means },
]
const PRESET_COLUMNS: readonly Column<(typeof FORMULA_PRESETS)[number]>[] = [
  { name: 'Name', kind: 'name', cell: ({ name }) => name },
  { name: 'Formula', kind: 'code', cell: ({ text }) => text },
  { name: 'Meaning', cell: ({ means }) => means },
]

/** What the numbers mean, the terms used, and the keys. */
export function HelpView() {
  const query = useMetrics()
  return (
    <Page
      title="Help"
      description="What the numbers mean, the terms used here, and the keyboard shortcuts."
    >
      <PageTitle parts={['Help']} />
      <nav aria-label="On this page" className={classes.toc}>
        <a href="#metrics">Metrics</a>
        <a href="#formulas">Formulas</a>
        <a href="#missing">Why a value is missing</a>
        <a href="#glossary">Glossary</a>
        <a href="#keys">Keys</a>
        <Link href="/help/api">HTTP interface</Link>
      </nav>
      <Section title="Metrics" id="metrics" note="definition, formula and source of each">
        <QueryState query={query} what="The metrics could not be read" lines={8} height={64}>
          {(metrics) => (
            <div className={`ev-panel ${classes.panel}`}>
              {metrics.map((metric) => (
                <MetricEntry
                  key={metric.id}
                  metric={metric}
                  from={metrics.find((one) => one.id === metric.from)?.label ?? null}
                />
              ))}
            </div>
          )}
        </QueryState>
      </Section>
      <Section title="Formulas" id="formulas" note="columns computed from other columns">
        <div className={`ev-panel ${classes.panel}`}>
          {GRAMMAR.map((text) => (
            <p key={text} className={classes.text}>
              {text}
            </p>
          ))}
        </div>
        <Table label="Functions" columns={FUNCTION_COLUMNS} rows={FUNCTIONS} keyOf="name" />
        <Table
          label="Formulas to begin with"
          columns={PRESET_COLUMNS}
          rows={FORMULA_PRESETS}
          keyOf="name"
        />
      </Section>
      <Section
        title="Why a value is missing"
        id="missing"
        note="shown as a dash in tables and as a count under figures"
      >
        <Table label="Reasons" columns={STATUS_COLUMNS} rows={STATUSES} keyOf="code" />
      </Section>
      <Section title="Glossary" id="glossary">
        <dl className={`ev-panel ${classes.panel}`}>
          {GLOSSARY.map(({ term, meaning }) => (
            <div key={term} className={classes.metric}>
              <dt className={classes.name}>{term}</dt>
              <dd className={classes.text}>{meaning}</dd>
            </div>
          ))}
        </dl>
      </Section>
      <Section title="Keys" id="keys">
        <div className={`ev-panel ${classes.panel}`}>
          <KeyGroups keys={ALL_KEYS} />
        </div>
      </Section>
    </Page>
  )
}
