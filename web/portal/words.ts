/** The words of the islands that every page has. */
export const words = {
  copied: "Copied",
  notCopied: "Could not copy",
  copy: "Copy",
  show: "Show",
  hide: "Hide",
  noKey: "The key could not be read. Reload the page and try again.",
  loading: "Loading …",
  unfolded: (name: string) => `${name} is unfolded`,
  results: (n: number) => (n === 1 ? "1 result" : `${n} results`),
  consoleFailed: "The console could not be loaded. Check the connection and try again.",
};
