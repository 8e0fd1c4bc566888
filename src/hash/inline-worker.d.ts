/** A Worker whose script is a text in the module, so that no bundler has to know of it. */
declare module '*?worker&inline' {
  const InlineWorker: new () => Worker
  export default InlineWorker
}
