import { folderOf } from '../api/file-content';

export const runTabs = ['results', 'media', 'files'] as const;

/** The search parameters of a run's page. */
export interface RunSearch {
  tab?: (typeof runTabs)[number];
  /** The folder of its files that is open; that of the file when it is left out. */
  folder?: string;
  /** The file that is previewed. */
  file?: string;
  /** Part of the path of files below the folder; on the overview, of the names of charts. */
  search?: string;
  /** The step of the media that is shown; the newest when it is left out. */
  step?: number;
}

/** The folder that is open: that of the file, unless files are searched for below the run's own. */
export function openFolder({ folder, file, search }: RunSearch): string {
  return folder ?? (search ? '' : folderOf(file ?? ''));
}

/** A place in the files of a run as search parameters; what is empty is left out. */
export function placeOf({ folder, file, search }: RunSearch): RunSearch {
  return { tab: 'files', folder: folder || undefined, file, search: search || undefined };
}
