/** Something that happened in the realm and that the meta API tells of: published by the router itself (MET-12). */
export interface MetaEvent {
  readonly topic: string;
  readonly args: readonly unknown[];
}
