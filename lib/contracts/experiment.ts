export * from './experiment-plan'
export * from './experiment-scenarios'
export * from './experiment-stages'
