'use client'

import { Button, CopyButton, TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { parseAsString, useQueryState } from 'nuqs'
import { useEffect, useRef, useState } from 'react'
import { useApiDocument } from '@/components/hooks/use-system'
import { KEYS } from '@/components/shell/keys'
import { PageTitle } from '@/components/shell/page-title'
import { Page, Section } from '@/components/ui/page'
import { ScrollRegion } from '@/components/ui/scroll-region'
import { useShortcut } from '@/components/ui/shortcuts'
import { QueryState } from '@/components/ui/states'
import { Table, type Column } from '@/components/ui/table'
import type { ApiDocument } from '@/lib/contracts/api-document'
import { callsOf, isFound, schemaText, shapeText, type ApiCall } from './api-calls'
import classes from './help.module.css'

type Parameter = NonNullable<ApiCall['parameters']>[number]

const PARAMETERS: readonly Column<Parameter>[] = [
  { name: 'Name', kind: 'code', cell: ({ name }) => name },
  { name: 'Where', cell: (one) => (one.in === 'path' ? 'address' : 'query') },
  { name: 'Needed', cell: ({ required }) => (required ? 'yes' : 'no') },
  {
    name: 'Value',
    kind: 'code',
    cell: ({ schema, content }) =>
      content ? `JSON: ${schemaText(content['application/json']?.['schema'])}` : schemaText(schema),
    className: classes.shape,
  },
  {
    name: 'Example',
    kind: 'code',
    cell: ({ example, content }) =>
      JSON.stringify(content ? content['application/json']?.example : example),
    className: classes.shape,
  },
  { name: 'Meaning', cell: ({ description }) => description ?? '' },
]

function Code({ label, text, copy = false }: { label: string; text: string; copy?: boolean }) {
  return (
    <>
      <div className={classes.codeHead}>
        <span className={classes.id}>{label}</span>
        {copy ? (
          <CopyButton value={text}>
            {({ copied, copy: take }) => (
              <Button size="compact-xs" variant="default" onClick={take}>
                {copied ? 'Copied' : 'Copy'}
              </Button>
            )}
          </CopyButton>
        ) : null}
      </div>
      <ScrollRegion label={label} className={classes.code ?? ''}>
        <pre className={classes.pre}>{text}</pre>
      </ScrollRegion>
    </>
  )
}

type Shapes = ApiDocument['components']['schemas']

function CallDetails({ call, shapes }: { call: ApiCall; shapes: Shapes }) {
  const [type, body] = Object.entries(call.requestBody?.content ?? {})[0] ?? []
  const [status = '', reply] = Object.entries(call.responses)[0] ?? []
  const [replyType, content] = Object.entries(reply?.content ?? {})[0] ?? []
  const isJson =
    replyType === 'application/json' && content?.schema['contentMediaType'] === undefined
  return (
    <div className={classes.call}>
      {call.parameters ? (
        <Table
          label={`Parameters of ${call.operationId}`}
          columns={PARAMETERS}
          rows={call.parameters}
          keyOf="name"
        />
      ) : null}
      {body ? (
        <Code
          label={`Body: ${type}`}
          text={
            body.example === undefined
              ? 'The file itself.'
              : `${shapeText(body.schema, shapes)}\n\nExample\n${JSON.stringify(body.example, null, 2)}`
          }
        />
      ) : null}
      <Code
        label={`Reply: ${status}${replyType ? `, ${replyType}` : ', nothing comes back'}`}
        text={isJson ? shapeText(content?.schema, shapes) : (reply?.description ?? '')}
      />
      {call['x-codeSamples'].map(({ lang, source }) => (
        <Code key={lang} label={`${lang}, ${call.operationId}`} text={source} copy />
      ))}
    </div>
  )
}

interface CallProps {
  call: ApiCall
  shapes: Shapes
  isOpen: boolean
  onToggle(): void
}

function Call({ call, shapes, isOpen, onToggle }: CallProps) {
  return (
    <details
      id={call.operationId}
      className={classes.metric}
      open={isOpen}
      onToggle={(event) => {
        if (event.currentTarget.open !== isOpen) onToggle()
      }}
    >
      <summary className={classes.summary}>
        <span className={classes.method}>{call.method}</span>
        <span className={classes.address}>/api{call.address}</span>
        <span className={classes.about}>{call.summary}</span>
      </summary>
      {/* Drawn when it is opened: a hundred tables and snippets would make the page slow. */}
      {isOpen ? <CallDetails call={call} shapes={shapes} /> : null}
    </details>
  )
}

function Calls({ document }: { document: ApiDocument }) {
  const [search, setSearch] = useQueryState('q', parseAsString.withDefault(''))
  const [openId, setOpenId] = useQueryState('call', parseAsString.withOptions({ history: 'push' }))
  const [first] = useState(openId)
  const input = useRef<HTMLInputElement>(null)
  useShortcut(KEYS.searchCalls, () => input.current?.focus())
  useEffect(() => {
    if (first) window.document.getElementById(first)?.scrollIntoView()
  }, [first])
  const calls = callsOf(document)
  const found = calls.filter((call) => isFound(call, search))
  return (
    <>
      <TextInput
        ref={input}
        aria-label="Search the calls"
        placeholder="Search: rows, POST, export ... (/)"
        leftSection={<IconSearch size={14} />}
        value={search}
        onChange={(event) => void setSearch(event.currentTarget.value || null)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') event.currentTarget.blur()
        }}
        maw={420}
      />
      <p className={classes.text} aria-live="polite">
        {found.length === calls.length
          ? `${calls.length} calls`
          : `${found.length} of ${calls.length} calls`}
      </p>
      {document.tags.map(({ name }) => {
        const own = found.filter(({ tags }) => tags.includes(name))
        return own.length === 0 ? null : (
          <Section key={name} title={name}>
            <div className={`ev-panel ${classes.panel}`}>
              {own.map((call) => (
                <Call
                  key={call.operationId}
                  call={call}
                  shapes={document.components.schemas}
                  isOpen={openId === call.operationId}
                  onToggle={() =>
                    void setOpenId(openId === call.operationId ? null : call.operationId)
                  }
                />
              ))}
            </div>
          </Section>
        )
      })}
      {found.length === 0 ? <p className={classes.text}>No call has these words.</p> : null}
    </>
  )
}

/** The calls of the HTTP interface, from the document that programs read. */
export function ApiView() {
  const query = useApiDocument()
  return (
    <Page
      title="HTTP interface"
      description={
        <>
          What programs can ask for: all that the pages do. The same as OpenAPI 3.1:{' '}
          <a className={classes.link} href="/api/openapi.json">
            /api/openapi.json
          </a>{' '}
          or <code>evolens openapi</code>.
        </>
      }
    >
      <PageTitle parts={['HTTP interface', 'Help']} />
      <QueryState query={query} what="The calls could not be read" lines={12} height={40}>
        {(document) => <Calls document={document} />}
      </QueryState>
    </Page>
  )
}
