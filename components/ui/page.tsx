import { Group } from '@mantine/core'
import type { ReactNode } from 'react'
import classes from './page.module.css'

interface PageProps {
  title: string
  description?: ReactNode
  /** At most one of them primary. */
  actions?: ReactNode
  children: ReactNode
}

/** Heading, actions and content of one page, on one grid. */
export function Page({ title, description, actions, children }: PageProps) {
  return (
    <div className={classes.page}>
      <div className={classes.head}>
        <div className={classes.titles}>
          <h1 className={classes.title} dir="auto">
            {title}
          </h1>
          {description ? <p className={classes.description}>{description}</p> : null}
        </div>
        {actions ? <Group gap="xs">{actions}</Group> : null}
      </div>
      {children}
    </div>
  )
}

interface SectionProps {
  title: string
  note?: ReactNode
  actions?: ReactNode
  children: ReactNode
  id?: string
}

export function Section({ title, note, actions, children, id }: SectionProps) {
  return (
    <section className={classes.section} {...(id ? { id } : {})}>
      <div className={classes.sectionHead}>
        <h2 className={classes.sectionTitle}>{title}</h2>
        {note ? <span className={classes.sectionNote}>{note}</span> : null}
        {actions ? (
          <Group gap="xs" ml="auto">
            {actions}
          </Group>
        ) : null}
      </div>
      {children}
    </section>
  )
}
