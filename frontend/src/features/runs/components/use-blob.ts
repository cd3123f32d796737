import { useCallback } from 'react';

/** Gives an element the address of bytes while it shows them. */
export function useBlob(bytes: Blob) {
  return useCallback(
    (element: HTMLImageElement | HTMLMediaElement | null) => {
      if (!element) {
        return;
      }
      const address = URL.createObjectURL(bytes);
      element.src = address;
      return () => URL.revokeObjectURL(address);
    },
    [bytes],
  );
}
