import { send } from './api';
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
export async function download(address: string, name: string): Promise<void> {
  if (!session.get().token) {
    click(address, name);
    return;
  }
  const response = await send(new Request(address));
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
