export * from './plan'
export * from './scenarios'
export * from './stages'
