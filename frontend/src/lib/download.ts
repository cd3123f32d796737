import { request } from './api';
import { session } from './session';

function click(address: string, name: string): void {
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
}

/** Downloads an address of the API. With a token the bytes pass through the page, since a link cannot send it. */
export async function download(path: string, name: string): Promise<void> {
  if (!session.get().token) {
    click(path, name);
    return;
  }
  const response = await request(path);
  save(await response.blob(), name);
}

/** Downloads a text made in the page. */
export function saveText(text: string, name: string, type: string): void {
  save(new Blob([text], { type }), name);
}

function save(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  click(address, name);
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
