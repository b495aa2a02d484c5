'use client'

import { Button, Group, Modal, NumberInput, Select, Stack, Text } from '@mantine/core'
import { parseAsString, useQueryState } from 'nuqs'
import { useState, type ComponentProps } from 'react'
import {
  useDeleteMap,
  useLayOutMap,
  useMapPoints,
  useMaps,
  useRestoreMap,
} from '@/components/hooks/use-maps'
import { StudyPage } from '@/components/shell/study-page'
import { formatDateTime } from '@/lib/contracts/format'
import { notifyDone, notifyError, notifyUndo } from '@/components/ui/notify'
import { Page } from '@/components/ui/page'
import { EmptyState, QueryState } from '@/components/ui/states'
import { StudyJobs } from '@/components/views/overview/study-jobs'
import { mapRequestSchema, type MapInfo, type MapRequest } from '@/lib/contracts/map'
import type { StudyDetail } from '@/lib/contracts/study'
import { MapBoard } from './map-board'

const USUAL = mapRequestSchema.parse({})
const { sample, neighbours, seed } = mapRequestSchema.shape

/** Fields of a map, and the button that starts its job. */
function LayOutForm({ studyId, onDone }: { studyId: string; onDone(map: MapInfo): void }) {
  const [request, setRequest] = useState<MapRequest>(USUAL)
  const layOut = useLayOutMap(studyId)
  const field = (name: keyof MapRequest, label: string, described: { description?: string }) => (
    <NumberInput
      label={label}
      description={described.description}
      value={request[name]}
      allowDecimal={false}
      thousandSeparator=","
      onChange={(next) => setRequest({ ...request, [name]: Number(next) })}
    />
  )
  const parsed = mapRequestSchema.safeParse(request)
  return (
    <Stack gap="sm" maw={480}>
      {field('sample', 'Sample', sample.unwrap())}
      {field('neighbours', 'Neighbours', neighbours.unwrap())}
      {field('seed', 'Random seed', seed.unwrap())}
      {parsed.success ? null : (
        <Text size="sm" c="red" role="alert">
          Between 100 and 50,000 rows, 2 and 100 neighbours, and a random seed from 0.
        </Text>
      )}
      <Group>
        <Button
          loading={layOut.isPending}
          disabled={!parsed.success}
          onClick={() =>
            layOut.mutate(request, {
              onSuccess: ({ map, job }) => {
                if (job === null) notifyDone('This map is there already.')
                onDone(map)
              },
              onError: (error) => notifyError('The map was not started', error),
            })
          }
        >
          Lay the map out
        </Button>
      </Group>
    </Stack>
  )
}

function Points(props: Omit<ComponentProps<typeof MapBoard>, 'points'>) {
  const points = useMapPoints(props.detail.study.id, props.map)
  return (
    <QueryState query={points} what="The points could not be read" lines={1} height={480}>
      {(data) => <MapBoard points={data} {...props} />}
    </QueryState>
  )
}

function nameOf({ definition, createdAt }: MapInfo): string {
  const { sample: rows, neighbours: near, seed: random } = definition
  return `${formatDateTime(createdAt)}: sample ${rows}, ${near} neighbours, random seed ${random}`
}

const DESCRIPTION =
  'Rows by the likeness of their instructions in two dimensions: near points are alike. Select an area, and table, figures, subsets and exports follow.'

function Maps({ detail, maps }: { detail: StudyDetail; maps: readonly MapInfo[] }) {
  const studyId = detail.study.id
  const [chosen, choose] = useQueryState('map', parseAsString)
  const [isAsking, setAsking] = useState(false)
  const ready = maps.filter(({ record }) => record !== null)
  const map = ready.find(({ id }) => id === chosen) ?? ready[0]
  const remove = useDeleteMap(studyId)
  const restore = useRestoreMap(studyId)
  const onDelete = (id: string) =>
    remove.mutate(id, {
      onSuccess: () =>
        notifyUndo('The map was deleted. It can be restored for 7 days.', () =>
          restore.mutate(id, {
            onSuccess: () => void choose(id),
            onError: (error) => notifyError('The map was not restored', error),
          }),
        ),
      onError: (error) => notifyError('The map was not deleted', error),
    })
  const started = (next: MapInfo) => {
    setAsking(false)
    void choose(next.id)
  }
  if (!map) {
    return (
      <Page title="Map" description={DESCRIPTION}>
        <StudyJobs studyId={studyId} />
        <EmptyState title="No map yet">
          A map is computed once from the embeddings of the metric &quot;Minimum neighbour
          distance&quot;. It takes minutes for half a million rows, and goes on where it was if it
          is stopped.
        </EmptyState>
        <LayOutForm studyId={studyId} onDone={started} />
      </Page>
    )
  }
  return (
    <>
      <StudyJobs studyId={studyId} />
      {ready.length > 1 ? (
        <Select
          aria-label="Map"
          size="xs"
          m="xs"
          maw={520}
          allowDeselect={false}
          data={ready.map((one) => ({ value: one.id, label: nameOf(one) }))}
          value={map.id}
          onChange={(next) => void choose(next)}
        />
      ) : null}
      <Points
        key={map.id}
        detail={detail}
        map={map}
        onAgain={() => setAsking(true)}
        onDelete={() => onDelete(map.id)}
      />
      <Modal opened={isAsking} onClose={() => setAsking(false)} title="Lay out a map">
        <LayOutForm studyId={studyId} onDone={started} />
      </Modal>
    </>
  )
}

function Listed({ detail }: { detail: StudyDetail }) {
  const maps = useMaps(detail.study.id)
  return (
    <QueryState query={maps} what="The maps could not be listed" lines={1} height={480}>
      {(data) => <Maps detail={detail} maps={data} />}
    </QueryState>
  )
}

const EMPTY = {
  title: 'No rows yet',
  text: 'Rows are drawn here by the likeness of their instructions once a file is imported.',
}

/** The rows of a study as points: near ones are alike. */
export function MapView({ studyId }: { studyId: string }) {
  return (
    <StudyPage studyId={studyId} title="Map" lines={1} height={480} empty={EMPTY} hasOwnHeading>
      {(detail) => <Listed detail={detail} />}
    </StudyPage>
  )
}
