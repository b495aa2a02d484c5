'use client'

import { Button, Group } from '@mantine/core'
import { useState } from 'react'
import { useForgetMapping } from '@/components/hooks/use-imports'
import { ErrorState, Notice } from '@/components/ui/states'
import { mappingText } from '@/lib/contracts/mapping-text'
import type { ImportPlan, ImportPreview } from '@/lib/contracts/study'

interface RememberedMappingProps {
  remembered: NonNullable<ImportPreview['remembered']>
  onUse(used: Pick<ImportPlan, 'format' | 'mapping' | 'columns'>): void
  onDetect(): void
}

/** The mapping that was used last for files of this shape: taken and to be undone, or offered. */
export function RememberedMapping({ remembered, onUse, onDetect }: RememberedMappingProps) {
  const { shape, format, mapping, columns, fileName, studyName, usedAt, isApplied } = remembered
  const [isForgotten, setIsForgotten] = useState(false)
  const forget = useForgetMapping()
  if (isForgotten) return null
  const day = new Date(usedAt).toISOString().slice(0, 10)
  return (
    <Notice tone="info">
      <div dir="auto">
        {isApplied ? 'Mapping of the last import' : 'Another mapping was used last'} for files with
        these columns: {mappingText(remembered)} ({fileName}, study {studyName}, {day}).
      </div>
      <Group gap="xs" mt={8}>
        {isApplied ? (
          <Button size="compact-sm" variant="default" onClick={onDetect}>
            Use the detected mapping
          </Button>
        ) : (
          <Button size="compact-sm" onClick={() => onUse({ format, mapping, columns })}>
            Use that mapping
          </Button>
        )}
        <Button
          size="compact-sm"
          variant="default"
          loading={forget.isPending}
          onClick={() => forget.mutate(shape, { onSuccess: () => setIsForgotten(true) })}
        >
          Forget it
        </Button>
      </Group>
      {forget.error ? (
        <ErrorState error={forget.error} what="The mapping was not forgotten" />
      ) : null}
    </Notice>
  )
}
