// Original file: file_transfer.proto

import type { NameStateInput as _filetransfer_NameStateInput, NameState as _filetransfer_NameState } from '../filetransfer/NameState.ts';
import type { FileRefusalInput as _filetransfer_FileRefusalInput, FileRefusal as _filetransfer_FileRefusal } from '../filetransfer/FileRefusal.ts';

/**
 * What would become of one name.
 */
export interface CheckedPathInput {
  /**
   * Whether the name is free.
   */
  'state'?: (_filetransfer_NameStateInput);
  /**
   * Where it would be stored while the name is free, components joined with "/"; empty when it is refused. Differs from
   * what was asked for in names that not every system can store.
   */
  'storedAs'?: (string);
  /**
   * Why it would be refused; set with state REFUSED only.
   */
  'refused'?: (_filetransfer_FileRefusalInput | null);
}

/**
 * What would become of one name.
 */
export interface CheckedPath {
  /**
   * Whether the name is free.
   */
  'state': (_filetransfer_NameState);
  /**
   * Where it would be stored while the name is free, components joined with "/"; empty when it is refused. Differs from
   * what was asked for in names that not every system can store.
   */
  'storedAs': (string);
  /**
   * Why it would be refused; set with state REFUSED only.
   */
  'refused': (_filetransfer_FileRefusal | null);
}
