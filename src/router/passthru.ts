/** Payload passthru mode: attributes that tell the receiver how to read an opaque payload (section 13). */

export interface Passthru {
  readonly ppt_scheme?: string;
  readonly ppt_serializer?: string;
  readonly ppt_cipher?: string;
  readonly ppt_keyid?: string;
}

const FEATURE = "payload_passthru_mode";

export { FEATURE as PASSTHRU };

const NONE: Passthru = {};

/** PPT-02: the mode is in use where a scheme is named. */
export function usesPassthru({ ppt_scheme }: Passthru): boolean {
  return ppt_scheme !== undefined && ppt_scheme !== "";
}

/** The four attributes as they are forwarded (PPT-03); none where no scheme is named (PPT-18). */
export function passthru(options: Passthru): Passthru {
  if (!usesPassthru(options)) return NONE;
  const { ppt_scheme, ppt_serializer, ppt_cipher, ppt_keyid } = options;
  return {
    ...(ppt_scheme !== undefined && { ppt_scheme }),
    ...(ppt_serializer !== undefined && { ppt_serializer }),
    ...(ppt_cipher !== undefined && { ppt_cipher }),
    ...(ppt_keyid !== undefined && { ppt_keyid }),
  };
}
