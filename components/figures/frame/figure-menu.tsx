'use client'

import { ActionIcon, Button, Menu } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import {
  IconChartHistogram,
  IconDots,
  IconDownload,
  IconLink,
  IconTable,
} from '@tabler/icons-react'
import { useState, type RefObject } from 'react'
import type { FigureMeta, FigureResult } from '@/lib/figures/types'
import { saveFile, svgToPng, tableToCsv } from './download'
import { figureToSvg } from './export-svg'

interface FigureMenuProps {
  meta: FigureMeta
  result: FigureResult | null
  plate: RefObject<HTMLDivElement | null>
  isTable: boolean
  onTable(isTable: boolean): void
  /** Text of the file's description. */
  describe(result: FigureResult): string
  drawnHref: string | null
}

const ICON_PX = 14

/** Table view, downloads and link of one figure. */
export function FigureMenu(props: FigureMenuProps) {
  const { meta, result, plate, isTable, onTable, describe, drawnHref } = props
  const clipboard = useClipboard()
  const [problem, setProblem] = useState('')
  const canDraw = result !== null && !isTable

  const svg = (background: string | null) =>
    result && plate.current
      ? figureToSvg(
          plate.current,
          { title: result.figure.title, description: describe(result) },
          background,
        )
      : null
  const saveSvg = () => {
    const text = svg('#ffffff')
    if (text) saveFile(`${meta.id}.svg`, new Blob([text], { type: 'image/svg+xml' }))
  }
  const savePng = async (background: string | null) => {
    const text = svg(background)
    if (!text) return
    try {
      setProblem('')
      saveFile(`${meta.id}${background ? '' : '-transparent'}.png`, await svgToPng(text))
    } catch (error) {
      setProblem(error instanceof Error ? error.message : 'The picture could not be made.')
    }
  }
  const saveCsv = () => {
    if (!result) return
    const bytes = new Blob([tableToCsv(result.table)], { type: 'text/csv;charset=utf-8' })
    saveFile(`${meta.id}.csv`, bytes)
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
              CSV, drawn values
            </Menu.Item>
          ) : null}
          <Menu.Item
            leftSection={<IconDownload size={ICON_PX} />}
            disabled={!canDraw}
            onClick={saveSvg}
          >
            SVG
          </Menu.Item>
          <Menu.Item
            leftSection={<IconDownload size={ICON_PX} />}
            disabled={!canDraw}
            onClick={() => void savePng('#ffffff')}
          >
            PNG, white, 2x
          </Menu.Item>
          <Menu.Item
            leftSection={<IconDownload size={ICON_PX} />}
            disabled={!canDraw}
            onClick={() => void savePng(null)}
          >
            PNG, transparent, 2x
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item
            leftSection={<IconLink size={ICON_PX} />}
            closeMenuOnClick={false}
            onClick={() => clipboard.copy(window.location.href)}
          >
            {clipboard.copied ? 'Copied' : 'Copy link'}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {problem ? <span role="alert">{problem}</span> : null}
    </>
  )
}
