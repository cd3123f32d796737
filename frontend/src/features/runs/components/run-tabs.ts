export const runTabs = ['results', 'media', 'files'] as const;

/** The search parameters of a run's page. */
export interface RunSearch {
  tab?: (typeof runTabs)[number];
  /** The folder of its files that is open; that of the file when it is left out. */
  folder?: string;
  /** The file that is previewed. */
  file?: string;
  /** Part of the path of files below the folder. */
  search?: string;
}
