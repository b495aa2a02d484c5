'use client'

import { useMetrics } from '@/components/hooks/use-compute'
import { Page, Section } from '@/components/ui/page'
import { ScrollRegion } from '@/components/ui/scroll-region'
import { LoadingLines, QueryState } from '@/components/ui/states'
import { KeyGroups } from '@/components/shell/key-groups'
import { ALL_KEYS } from '@/components/shell/keys'
import { PageTitle } from '@/components/shell/page-title'
import type { MetricInfo } from '@/lib/contracts/compute'
import { STATUSES } from '@/lib/contracts/status'
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
          ? `Derived on reading${from ? ` from ${from}` : ' from the texts'}: costs nothing.`
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

export function HelpView() {
  const query = useMetrics()
  return (
    <Page title="Help" description="What the numbers mean, the words used here, and the keys.">
      <PageTitle parts={['Help']} />
      <nav aria-label="On this page" className={classes.toc}>
        <a href="#metrics">Metrics</a>
        <a href="#missing">Why a value is missing</a>
        <a href="#words">Words</a>
        <a href="#keys">Keys</a>
      </nav>
      <Section title="Metrics" id="metrics" note="drawn from each metric's own description">
        <QueryState
          query={query}
          what="The metrics could not be read"
          skeleton={<LoadingLines lines={8} height={64} />}
        >
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
      <Section
        title="Why a value is missing"
        id="missing"
        note="a dash in a table, a count under a figure"
      >
        <ScrollRegion label="Reasons">
          <table className="ev-table">
            <thead>
              <tr>
                <th scope="col">Reason</th>
                <th scope="col">Meaning</th>
                <th scope="col">Value kept</th>
                <th scope="col">Asked again on retry</th>
              </tr>
            </thead>
            <tbody>
              {STATUSES.map((status) => (
                <tr key={status.code}>
                  <td className="ev-mono">{status.name}</td>
                  <td>{status.sentence}</td>
                  <td>{status.hasValue ? 'yes' : 'no'}</td>
                  <td>{status.retryable ? 'yes' : 'no'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollRegion>
      </Section>
      <Section title="Words" id="words">
        <dl className={`ev-panel ${classes.panel}`} style={{ margin: 0 }}>
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
