/** What is wrong with something that an administrator asked for: an error URI, a text, and which field it is about. */
import { WampError } from "../wamp/error.ts";

export const INVALID = "wamp.error.invalid_argument";
export const NO_SUCH_DEVICE = "edgebahn.error.no_such_device";
export const DEVICE_EXISTS = "edgebahn.error.device_exists";

export class AdminError extends WampError {
  /** The field that is wrong, as in `credential.iterations`; undefined where it is none of them. */
  readonly path: string | undefined;

  constructor(uri: string, message: string, path?: string) {
    super(uri, message);
    this.name = "AdminError";
    this.path = path;
  }
}

/** @param message what the field must be, as in "must be a text": the path stands before it */
export function invalid(path: string, message: string): AdminError {
  return new AdminError(INVALID, `${path} ${message}`, path);
}
