'use client'

import { Button, Group, NumberInput, Select } from '@mantine/core'
import { parseAsStringLiteral, useQueryState } from 'nuqs'
import {
  claimsReportUrl,
  useClaimCards,
  useClaimList,
  useClaimParams,
  type ClaimQuery,
} from '@/components/hooks/use-claims'
import { Section } from '@/components/ui/page'
import { ErrorState, LoadingLines, Notice, QueryState } from '@/components/ui/states'
import { StudyPage } from '@/components/shell/study-page'
import {
  CLAIM_QUESTIONS,
  VERDICTS,
  type ClaimList,
  type ClaimQuestion,
  type Verdict,
} from '@/lib/contracts/claims'
import { ClaimPanel } from './claim-card'
import classes from './claims.module.css'
import { OwnClaims } from './own-claims'

const DESCRIPTION =
  'Which claims of the paper hold on this study. A difference counts only where its interval and its test both show it; small numbers of seeds or students are never a match.'

const VERDICT_KEYS = Object.keys(VERDICTS) as Verdict[]
const QUESTIONS = Object.entries(CLAIM_QUESTIONS) as [ClaimQuestion, string][]

function Sides({ list }: { list: ClaimList }) {
  const [params, setParams] = useClaimParams()
  const data = (other: string | undefined) =>
    list.arms.map(({ key, label }) => ({ value: key, label, disabled: key === other }))
  return (
    <Group gap="md" align="end">
      {(['small', 'large'] as const).map((side) => (
        <Select
          key={side}
          label={side === 'small' ? 'Small evolver' : 'Large evolver'}
          placeholder="choose"
          data={data(list[side === 'small' ? 'large' : 'small']?.key)}
          value={list[side]?.key ?? null}
          onChange={(key) => void setParams({ [side]: key })}
        />
      ))}
      <NumberInput
        label="Margin of general ability (points)"
        min={0}
        max={100}
        value={params.margin ?? list.margin}
        onChange={(value) => {
          if (typeof value === 'number') void setParams({ margin: value })
        }}
      />
    </Group>
  )
}

function Cards({ studyId, query, list }: { studyId: string; query: ClaimQuery; list: ClaimList }) {
  const [only, setOnly] = useQueryState('verdict', parseAsStringLiteral(VERDICT_KEYS))
  const cards = useClaimCards(
    studyId,
    query,
    list.claims.map(({ id }) => id),
  )
  const done = cards.filter(({ data }) => data)
  const counted = (verdict: Verdict) => done.filter(({ data }) => data?.verdict === verdict).length
  const shown = list.claims.flatMap((claim, at) => {
    const card = cards[at]
    return card && (only === null || card.data?.verdict === only) ? [{ claim, card }] : []
  })
  return (
    <>
      <Group gap="xs" role="group" aria-label="Verdict">
        {VERDICT_KEYS.map((verdict) => (
          <Button
            key={verdict}
            variant={only === verdict ? 'filled' : 'default'}
            aria-pressed={only === verdict}
            onClick={() => void setOnly(only === verdict ? null : verdict)}
          >
            {VERDICTS[verdict]} {counted(verdict)}
          </Button>
        ))}
        <span role="status">
          {done.length < cards.length ? `${done.length} of ${cards.length} claims checked` : ''}
        </span>
      </Group>
      {shown.length === 0 ? <Notice tone="info">No claim has this verdict.</Notice> : null}
      {QUESTIONS.map(([question, title]) => {
        const some = shown.filter(({ claim }) => claim.question === question)
        return some.length === 0 ? null : (
          <Section key={question} title={title}>
            <div className={classes.list}>
              {some.map(({ claim, card }) => {
                if (card.data) {
                  return <ClaimPanel key={claim.id} studyId={studyId} card={card.data} />
                }
                return card.error ? (
                  <ErrorState
                    key={claim.id}
                    error={card.error}
                    what={`${claim.id} could not be checked`}
                    onRetry={() => void card.refetch()}
                  />
                ) : (
                  <LoadingLines key={claim.id} lines={2} height={48} />
                )
              })}
            </div>
          </Section>
        )
      })}
    </>
  )
}

/** The claims of the paper, and the user's own, on one study. */
export function ClaimsView({ studyId }: { studyId: string }) {
  const [{ small, large, margin }] = useClaimParams()
  const query: ClaimQuery = {
    ...(small === null ? {} : { small }),
    ...(large === null ? {} : { large }),
    ...(margin === null ? {} : { margin }),
  }
  const list = useClaimList(studyId, query)
  const actions = (['markdown', 'html'] as const).map((format) => (
    <Button
      key={format}
      component="a"
      variant="default"
      href={claimsReportUrl(studyId, query, format)}
      download
    >
      {format === 'html' ? 'HTML' : 'Markdown'}
    </Button>
  ))
  return (
    <StudyPage
      studyId={studyId}
      title="Claims"
      description={DESCRIPTION}
      actions={actions}
      empty={{
        title: 'No rows yet',
        text: 'Claims are checked on imported rows and on results of students trained on them.',
      }}
    >
      {() => (
        <QueryState query={list} what="The claims could not be listed" lines={8} height={96}>
          {(data) => (
            <>
              <Sides list={data} />
              {data.small && data.large ? null : (
                <Notice tone="info">
                  The study does not have exactly one small and one large evolver. Choose which two
                  the claims are about.
                </Notice>
              )}
              <Cards studyId={studyId} query={query} list={data} />
              <OwnClaims studyId={studyId} list={data} />
            </>
          )}
        </QueryState>
      )}
    </StudyPage>
  )
}
