/** A Worker whose script is a string in the module, so that bundlers need no support for it. */
declare module '*?worker&inline' {
  const InlineWorker: new () => Worker
  export default InlineWorker
}
