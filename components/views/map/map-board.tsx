'use client'

import { Alert, Button, Select, useComputedColorScheme } from '@mantine/core'
import { IconLasso, IconRefresh, IconTrash, IconZoomReset } from '@tabler/icons-react'
import Link from 'next/link'
import { parseAsArrayOf, parseAsInteger, parseAsString, useQueryState } from 'nuqs'
import { useCallback, useMemo, useRef, useState } from 'react'
import { INK } from '@/components/figures/palette'
import { useMapColours } from '@/components/hooks/use-maps'
import { useRowDetail } from '@/components/hooks/use-rows'
import { useSystem } from '@/components/hooks/use-system'
import { filterQuery, useViewState } from '@/components/hooks/use-view-state'
import { columnName } from '@/components/shell/column-name'
import { armText } from '@/components/shell/condition-text'
import { formatCount } from '@/lib/contracts/format'
import { ErrorState } from '@/components/ui/states'
import { BesideDetail } from '@/components/views/rows/detail/beside-detail'
import { FilterButton } from '@/components/views/rows/filter/filter-button'
import { withAtom } from '@/components/views/rows/filter/with-atom'
import { offeredColumns } from '@/components/views/rows/table/row-columns'
import { useRowSelection } from '@/components/views/rows/table/use-row-selection'
import { atomsOf } from '@/lib/contracts/condition'
import { LEFT_OUT, ORIGIN_COLOURS, type Area, type MapInfo } from '@/lib/contracts/map'
import type { PictureChoices } from '@/lib/contracts/picture'
import { SEEDS_KEY } from '@/lib/contracts/seeds'
import type { StudyDetail } from '@/lib/contracts/study'
import { codeColours, groupTones } from './colours'
import { Legend } from './legend'
import classes from './map.module.css'
import type { MapDrawing } from './map-svg'
import { drawingOrder } from './painter'
import type { Painter } from './painter-types'
import { PictureMenu } from './picture-menu'
import { indexPoints } from './point-index'
import { savePicture } from './save-picture'
import { Stage } from './stage'
import { pointsByFile } from './points-by-file'

interface MapBoardProps {
  detail: StudyDetail
  map: MapInfo
  points: Float32Array
  onAgain(): void
  onDelete(): void
}

interface Hover {
  point: number
  x: number
  y: number
}

const NO_HIDDEN: number[] = []
// Characters of a text that is pointed at.
const HOVER_CHARACTERS = 400
const NO_WEBGL =
  'This browser has no WebGL, so the map is drawn without the graphics processor: more than 100,000 points may move slowly.'

/** What lies under the pointer: where the row is from, and its text once it is read. */
function HoverText({ detail, hover, row }: { detail: StudyDetail; hover: Hover; row: RowPlace }) {
  const { data } = useRowDetail(detail.study.id, row, { text: '' })
  const cell = detail.cells.find(({ id }) => id === row.cellId)
  const evolver = armText(cell?.armKey ?? SEEDS_KEY, { study: detail, exports: new Map() })
  const isRead = data?.row.cellId === row.cellId && data.row.idx === row.idx
  const text = isRead ? data.row.instruction : ''
  return (
    <div className={classes.hover} style={{ left: hover.x + 14, top: hover.y + 14 }} role="status">
      <div className="ev-dim">
        {evolver}
        {cell && cell.round > 0 ? `, round ${cell.round}` : ''}, row {row.idx + 1}
      </div>
      <div dir="auto">
        {text.slice(0, HOVER_CHARACTERS)}
        {text.length > HOVER_CHARACTERS ? ' ...' : ''}
      </div>
    </div>
  )
}

interface RowPlace {
  cellId: string
  idx: number
}

/** A map with its colours, legend and the row that is open. */
export function MapBoard({ detail, map, points, onAgain, onDelete }: MapBoardProps) {
  const studyId = detail.study.id
  const controls = useViewState()
  const { filter } = controls.state
  const [by, setBy] = useQueryState('by', parseAsString.withDefault('arm'))
  const [hidden, setHidden] = useQueryState(
    'hide',
    parseAsArrayOf(parseAsInteger).withDefault(NO_HIDDEN),
  )
  const [selected, select] = useRowSelection()
  const [isLasso, setLasso] = useState(false)
  const [hover, setHover] = useState<Hover | null>(null)
  const [kind, setKind] = useState<Painter['kind']>('webgl')
  const drawing = useRef<MapDrawing | null>(null)
  const onDrawn = useCallback((drawn: MapDrawing) => void (drawing.current = drawn), [])
  const { data: system } = useSystem()
  const scheme = useComputedColorScheme('light')
  const query = useMapColours(studyId, map, by, filter)
  const index = useMemo(() => indexPoints(points), [points])
  const files = useMemo(() => pointsByFile(map.cells), [map.cells])
  const { data } = query
  const tones = useMemo(() => (data ? groupTones(data.colours, detail.arms) : []), [data, detail])
  const colours = useMemo(() => codeColours(tones, scheme), [tones, scheme])
  const hiddenKey = hidden.join(',')
  const order = useMemo(() => {
    const out = new Set(hiddenKey === '' ? [] : hiddenKey.split(',').map(Number))
    const isShown = (code: number) => !out.has(code % LEFT_OUT)
    return data ? drawingOrder(points, data.codes, LEFT_OUT, isShown) : new Uint32Array(0)
  }, [data, points, hiddenKey])
  const areas = filter.where
    ? atomsOf(filter.where).flatMap((atom) =>
        atom.is === 'area' && atom.map === map.id ? [atom.polygon] : [],
      )
    : []
  const onArea = (polygon: Area['polygon']) =>
    controls.setFilter({ where: withAtom(filter.where, { is: 'area', map: map.id, polygon }) })
  const openRow = (point: number) => {
    const row = files.rowOf(point)
    if (row) select({ ...row, at: null })
  }
  const open = selected ? files.pointOf(selected) : -1
  const hovered = hover && files.rowOf(hover.point)
  const colourOptions = [
    {
      group: 'Rows',
      items: Object.entries(ORIGIN_COLOURS).map(([value, label]) => ({ value, label })),
    },
    {
      group: 'Columns',
      items: offeredColumns(detail)
        .filter(({ shape }) => shape !== 'rowRef')
        .map((column) => ({ value: column.id, label: columnName(column) })),
    },
  ]
  const all = data ? [...data.colours.groups, data.colours.none] : []
  const kept = all.reduce((sum, group) => sum + group.kept, 0)
  const total = all.reduce((sum, group) => sum + group.rows, 0)
  const base = `/studies/${studyId}`
  const save = async (format: PictureChoices['format']) => {
    if (!drawing.current || !data) throw new Error('The points are not drawn yet.')
    const state = { by, filter, look: new URLSearchParams(location.search).get('look') }
    const { colours: groups } = data
    const version = system?.version ?? ''
    return savePicture({
      drawing: drawing.current,
      map,
      colours: groups,
      tones,
      format,
      version,
      state,
    })
  }
  return (
    <div className={classes.board}>
      <div className={classes.toolbar}>
        <h1 className={classes.title}>Map</h1>
        <Select
          label="Colour"
          size="xs"
          w={220}
          searchable
          allowDeselect={false}
          data={colourOptions}
          value={by}
          onChange={(next) => {
            void setBy(next)
            void setHidden(null)
          }}
        />
        <Button
          size="xs"
          variant={isLasso ? 'filled' : 'default'}
          aria-pressed={isLasso}
          leftSection={<IconLasso size={14} />}
          onClick={() => setLasso(!isLasso)}
        >
          Select an area
        </Button>
        <FilterButton detail={detail} controls={controls} />
        <ResetLook />
        <PictureMenu save={save} csv={`/api/studies/${studyId}/maps/${map.id}/csv`} />
        <Button
          size="xs"
          variant="default"
          leftSection={<IconRefresh size={14} />}
          onClick={onAgain}
        >
          Lay out again
        </Button>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconTrash size={14} />}
          onClick={onDelete}
        >
          Delete
        </Button>
      </div>
      <BesideDetail
        study={detail}
        label="Row"
        open={selected}
        hasMarkKeys
        onStep={(direction) => {
          if (selected) openRow(open + direction)
        }}
        onSelect={select}
        onClose={() => select(null)}
      >
        <div className={classes.columns}>
          <div className={classes.wrap}>
            {query.error ? (
              <ErrorState
                what="The colours could not be read"
                error={query.error}
                onRetry={() => void query.refetch()}
              />
            ) : null}
            {data ? (
              <Stage
                {...{ points, index, order, colours, areas, open, isLasso, onArea }}
                codes={data.codes}
                isShown={(point) => !hidden.includes((data.codes[point] as number) % LEFT_OUT)}
                onLasso={setLasso}
                onOpen={openRow}
                onHover={setHover}
                onKind={setKind}
                onDrawn={onDrawn}
              />
            ) : null}
            {hover && hovered ? <HoverText detail={detail} hover={hover} row={hovered} /> : null}
          </div>
          <aside className={classes.side} aria-label="Legend">
            {kind === 'canvas' ? <Alert mb="sm">{NO_WEBGL}</Alert> : null}
            {data ? (
              <Legend
                colours={data.colours}
                tones={tones}
                none={INK.none}
                hidden={hidden}
                onHidden={(next) => void setHidden(next.length > 0 ? next : null)}
              />
            ) : null}
            <p aria-live="polite">
              {formatCount(kept)} of {formatCount(total)} points pass the filter.{' '}
              <Link href={`${base}/rows${filterQuery(filter)}`}>Rows</Link>,{' '}
              <Link href={`${base}/figures${filterQuery(filter)}`}>figures</Link> and{' '}
              <Link href={`${base}/export${filterQuery(filter)}`}>export</Link> follow it.
            </p>
            {map.card.map((sentence) => (
              <p key={sentence}>{sentence}</p>
            ))}
            <p className="ev-dim">
              Drag to move, turn the wheel to zoom, press Shift and drag to select an area, click to
              open a row. With the keys: arrows, + and -, 0, l, Enter.
            </p>
          </aside>
        </div>
      </BesideDetail>
    </div>
  )
}

function ResetLook() {
  const [look, setLook] = useQueryState('look', parseAsString)
  return (
    <Button
      size="xs"
      variant="default"
      disabled={look === null}
      leftSection={<IconZoomReset size={14} />}
      onClick={() => void setLook(null)}
    >
      Whole map
    </Button>
  )
}
