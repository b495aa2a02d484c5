'use client'

import { Button, FileButton, Group, Menu } from '@mantine/core'
import { IconArrowBackUp, IconListDetails, IconPlus, IconUpload } from '@tabler/icons-react'
import { useState } from 'react'
import {
  knownSteps,
  readRuleFile,
  useSubsetDraft,
  useSubsetFunnel,
  useSubsetKit,
} from '@/components/hooks/use-subsets'
import type { Parsed } from '@/lib/api/endpoint'
import type { subsetKitEndpoint } from '@/lib/api/subsets'
import { StudyPage } from '@/components/shell/study-page'
import { notifyError } from '@/components/ui/notify'
import { Section } from '@/components/ui/page'
import { EmptyState, ErrorState, LoadingLines, QueryState } from '@/components/ui/states'
import { subsetRuleSchema, type SubsetRule } from '@/lib/contracts/subset'
import type { StudyDetail } from '@/lib/contracts/study'
import { FunnelFacts, Leaks, SaveSubset } from './result-panel'
import { numberColumns } from './rule-fields'
import { RuleList } from './rule-list'
import { SavedSubsets } from './saved-subsets'
import classes from './subsets.module.css'

const DESCRIPTION =
  'A subset is a list of rules in order: each keeps some of the rows that the former left. The same rules give the same rows.'

const EMPTY = {
  title: 'No rows to choose from',
  text: 'Rows that are imported or evolved in this study can be made into subsets for training.',
}

type Kit = Parsed<typeof subsetKitEndpoint.reply>

/** A rule of this kind with its defaults; the column is the first that the study has. */
function newRule(id: string, study: StudyDetail): SubsetRule {
  const column = numberColumns(study)[0]?.value
  const given = { filter: {}, by: 'evolver', quotas: {}, benchmarks: [], column }
  const known = subsetRuleSchema.options.find(({ shape }) => shape.rule.value === id)
  const own = Object.entries(given).filter(([name]) => known && name in known.shape)
  return subsetRuleSchema.parse({ rule: id, ...Object.fromEntries(own) })
}

function Builder({ study, kit }: { study: StudyDetail; kit: Kit }) {
  const studyId = study.study.id
  const [draft, setDraft] = useSubsetDraft()
  const [past, setPast] = useState<SubsetRule[][]>([])
  const { rules, name } = draft
  const funnel = useSubsetFunnel(studyId, rules)
  const change = (next: SubsetRule[], newName?: string) => {
    setPast([...past, rules])
    void setDraft({ rules: next, ...(newName === undefined ? {} : { name: newName }) })
  }
  const undo = () => {
    const before = past.at(-1)
    if (!before) return
    setPast(past.slice(0, -1))
    void setDraft({ rules: before })
  }
  const onFile = (file: File | null) => {
    if (!file) return
    readRuleFile(studyId, file).then(
      (read) => change(read.rules, read.name),
      (error: unknown) => notifyError('The rule file was not read', error),
    )
  }
  const steps = knownSteps(funnel)
  const leaks = steps.flatMap((step) => step.leaks)
  const menu = (
    label: string,
    icon: React.ReactNode,
    entries: { id: string; label: string }[],
    choose: (id: string) => void,
  ) => (
    <Menu position="bottom-start">
      <Menu.Target>
        <Button variant="default" leftSection={icon}>
          {label}
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah={420} style={{ overflowY: 'auto' }}>
        {entries.map((entry) => (
          <Menu.Item key={entry.id} onClick={() => choose(entry.id)}>
            {entry.label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
  const addRule = menu('Add a rule', <IconPlus size={14} />, kit.rules, (id) =>
    change([...rules, newRule(id, study)]),
  )
  return (
    <>
      <div className={classes.layout}>
        <Section
          title="Rules"
          actions={
            <>
              {addRule}
              {menu('Presets', <IconListDetails size={14} />, kit.presets, (id) => {
                const preset = kit.presets.find((one) => one.id === id)
                if (preset) change(preset.rules, preset.id)
              })}
              <FileButton accept=".yaml,.yml" onChange={onFile}>
                {(props) => (
                  <Button {...props} variant="default" leftSection={<IconUpload size={14} />}>
                    Rule file
                  </Button>
                )}
              </FileButton>
              <Button
                variant="default"
                leftSection={<IconArrowBackUp size={14} />}
                disabled={past.length === 0}
                onClick={undo}
              >
                Undo
              </Button>
            </>
          }
        >
          {rules.length === 0 ? (
            <EmptyState title="No rules yet" action={<Group gap="xs">{addRule}</Group>}>
              Begin with a preset of the paper, such as the top 10 % by IFD, with a rule file, or
              with a rule of your own.
            </EmptyState>
          ) : (
            <RuleList
              study={study}
              rules={rules}
              steps={steps}
              infos={kit.rules}
              benchmarks={kit.benchmarks}
              onChange={(next) => change(next)}
            />
          )}
        </Section>
        <aside className={classes.aside} aria-label="Rows left and saving">
          <Section title="Rows left">
            <div className={`ev-panel ${classes.panel}`}>
              {funnel.isError ? (
                <ErrorState error={funnel.error} what="The rules could not be applied" />
              ) : funnel.data ? (
                <FunnelFacts study={study} funnel={funnel.data} />
              ) : (
                <LoadingLines lines={6} />
              )}
              <SaveSubset
                studyId={studyId}
                name={name}
                rules={rules}
                onName={(next) => void setDraft({ name: next }, { history: 'replace' })}
              />
            </div>
          </Section>
        </aside>
      </div>
      {leaks.length > 0 ? (
        <Section title="Shared with benchmarks" note="the first 500 pairs of row and item">
          <Leaks leaks={leaks} />
        </Section>
      ) : null}
      <SavedSubsets study={study} onOpen={(one) => change(one.rules, one.name)} />
    </>
  )
}

/** Builds subsets of a study from rules, counts what each leaves, and saves them. */
export function SubsetsView({ studyId }: { studyId: string }) {
  const kit = useSubsetKit()
  return (
    <StudyPage studyId={studyId} title="Subsets" description={DESCRIPTION} lines={10} empty={EMPTY}>
      {(study) => (
        <QueryState query={kit} what="The kinds of rules could not be listed" lines={6} height={40}>
          {(data) => <Builder study={study} kit={data} />}
        </QueryState>
      )}
    </StudyPage>
  )
}
