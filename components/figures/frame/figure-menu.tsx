'use client'

import { ActionIcon, Button, Menu } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import {
  IconChartHistogram,
  IconContrast2,
  IconDots,
  IconDownload,
  IconLink,
  IconTable,
} from '@tabler/icons-react'
import { useState, type RefObject } from 'react'
import type { FigureMeta, FigureResult } from '@/lib/figures/types'
import { figureRecord, viewPath } from '@/lib/contracts/figure-record'
import { markdownText } from '@/lib/contracts/plain-text'
import { drawingOf } from '@/components/figures'
import { CiteItems } from './cite-menu'
import { saveFile, svgToPng, tableToCsv } from './download'
import { ExportDialog } from './export-dialog'
import { figureToSvg } from './export-svg'

interface FigureMenuProps {
  meta: FigureMeta
  result: FigureResult | null
  plate: RefObject<HTMLDivElement | null>
  isTable: boolean
  onTable(isTable: boolean): void
  /** Whether series are told apart without colour. */
  patterns: boolean
  onPatterns(patterns: boolean): void
  drawnHref: string | null
}

const ICON_PX = 14

/** Table view, downloads and link of one figure. */
export function FigureMenu(props: FigureMenuProps) {
  const { meta, result, plate, isTable, onTable, patterns, onPatterns, drawnHref } = props
  const clipboard = useClipboard()
  const [problem, setProblem] = useState('')
  const canDraw = result !== null && !isTable

  const [isExporting, setExporting] = useState(false)

  // As it stands on the page; the dialog lays a figure out for paper.
  const save = async (kind: 'svg' | 'png') => {
    if (!result || !plate.current) return
    const record = figureRecord(result, { path: viewPath(window.location.href), at: Date.now() })
    const look = { background: '#ffffff', widthMm: null, grey: patterns }
    try {
      setProblem('')
      const svg = figureToSvg(plate.current, record, look)
      const file =
        kind === 'png' ? await svgToPng(svg, record, 2) : new Blob([svg], { type: 'image/svg+xml' })
      saveFile(`${meta.id}.${kind}`, file)
    } catch (error) {
      setProblem(error instanceof Error ? error.message : 'The picture could not be made.')
    }
  }
  const saveCsv = () => {
    if (!result) return
    const bytes = new Blob([tableToCsv(result.table)], { type: 'text/csv;charset=utf-8' })
    saveFile(`${meta.id}.csv`, bytes)
  }
  const markdown = drawingOf(meta.drawing)?.markdown
  const saveMarkdown = () => {
    if (!result || !markdown) return
    const text = `# ${markdownText(result.figure.title)}\n\n${markdown(result.prepared)}\n`
    saveFile(`${meta.id}.md`, new Blob([text], { type: 'text/markdown;charset=utf-8' }))
  }

  return (
    <>
      <Button
        size="xs"
        variant="default"
        aria-pressed={isTable}
        disabled={result === null}
        leftSection={isTable ? <IconChartHistogram size={ICON_PX} /> : <IconTable size={ICON_PX} />}
        onClick={() => onTable(!isTable)}
      >
        {isTable ? 'Chart' : 'Table'}
      </Button>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon
            variant="default"
            size={30}
            aria-label={`Export ${meta.title}`}
            disabled={result === null}
          >
            <IconDots size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<IconDownload size={ICON_PX} />}
            disabled={!canDraw}
            onClick={() => setExporting(true)}
          >
            Export …
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item leftSection={<IconDownload size={ICON_PX} />} onClick={saveCsv}>
            CSV, table
          </Menu.Item>
          {drawnHref ? (
            <Menu.Item
              component="a"
              href={drawnHref}
              download
              leftSection={<IconDownload size={ICON_PX} />}
            >
              {result?.prepared.counted === 'results' ? 'CSV, all results' : 'CSV, drawn values'}
            </Menu.Item>
          ) : null}
          <Menu.Item
            leftSection={<IconDownload size={ICON_PX} />}
            disabled={!canDraw}
            onClick={() => void save('svg')}
          >
            SVG
          </Menu.Item>
          <Menu.Item
            leftSection={<IconDownload size={ICON_PX} />}
            disabled={!canDraw}
            onClick={() => void save('png')}
          >
            PNG
          </Menu.Item>
          {markdown ? (
            <Menu.Item leftSection={<IconDownload size={ICON_PX} />} onClick={saveMarkdown}>
              Markdown
            </Menu.Item>
          ) : null}
          <Menu.Divider />
          <Menu.Item
            role="menuitemcheckbox"
            aria-checked={patterns}
            leftSection={<IconContrast2 size={ICON_PX} />}
            closeMenuOnClick={false}
            onClick={() => onPatterns(!patterns)}
          >
            {patterns ? 'Colours' : 'Patterns without colour'}
          </Menu.Item>
          <CiteItems citation={result?.citation ?? null} />
          <Menu.Item
            leftSection={<IconLink size={ICON_PX} />}
            closeMenuOnClick={false}
            onClick={() => clipboard.copy(window.location.href)}
          >
            {clipboard.copied ? 'Copied' : 'Copy link'}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {isExporting && result ? (
        <ExportDialog result={result} onClose={() => setExporting(false)} />
      ) : null}
      {problem ? <span role="alert">{problem}</span> : null}
    </>
  )
}
