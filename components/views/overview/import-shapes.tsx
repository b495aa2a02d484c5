'use client'

import { Button, Switch } from '@mantine/core'
import { plural } from '@/lib/contracts/format'
import { LinkButton } from '@/components/ui/link-button'
import { Table, type Column } from '@/components/ui/table'
import { mappingText } from '@/lib/contracts/mapping-text'
import type { ImportPlan } from '@/lib/contracts/study'
import type { FileShape } from './import-places'
import type { ImportFile } from './use-import-files'

interface ImportShapesProps {
  shapes: readonly FileShape[]
  isShared: boolean
  onShare(isShared: boolean): void
  onSelect(id: string): void
  /** Reads a file under the mapping that most files of its shape have. */
  onAdopt(file: ImportFile, usual: ImportPlan): void
}

/** One mapping for the files of each shape, and the files that have another. */
export function ImportShapes({ shapes, isShared, onShare, onSelect, onAdopt }: ImportShapesProps) {
  const columns: Column<FileShape>[] = [
    {
      name: 'Files of one shape',
      kind: 'line',
      cell: ({ files, usual }) => (
        <LinkButton onClick={() => onSelect(files.find(({ plan }) => plan === usual)?.id ?? '')}>
          {plural(files.length, 'file')}
        </LinkButton>
      ),
    },
    { name: 'Mapping', cell: ({ usual }) => mappingText(usual) },
    {
      name: 'Other mapping',
      cell: ({ files, usual, differing }) =>
        files
          .filter(({ id }) => differing.has(id))
          .map((file) => (
            <div key={file.id}>
              <LinkButton onClick={() => onSelect(file.id)}>{file.plan.fileName}</LinkButton>{' '}
              <Button size="compact-xs" variant="default" onClick={() => onAdopt(file, usual)}>
                Use the mapping of the others
              </Button>
            </div>
          )),
    },
  ]
  return (
    <Table label="Mappings by shape" columns={columns} rows={shapes} keyOf="shape" maxHeight={160}>
      <Switch
        m={8}
        label="A change of the mapping is for all files of the shape"
        checked={isShared}
        onChange={(event) => onShare(event.currentTarget.checked)}
      />
    </Table>
  )
}
