/** Faults of one line each, as somebody might make them: what the model test must find (R2). `find` stands once in its file. */

export interface Fault {
  readonly name: string;
  /** As the row has it: a lost event, a duplicate, something leaked, a wrong callee, a missing ERROR, or else. */
  readonly kind: string;
  /** Below src/. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

const router = (
  file: string,
  name: string,
  [kind, find, replace]: readonly [string, string, string],
): Fault => ({
  name,
  kind,
  file: `router/${file}.ts`,
  find,
  replace,
});

export const FAULTS: readonly Fault[] = [
  router("receivers", "with a publisher among the subscribers, the first of the others hears nothing", [
    "lost event",
    "ids.filter((id) => id !== publisher)",
    "ids.filter((id) => id !== publisher).slice(1)",
  ]),
  router("broker", "the last subscriber of several hears everything twice", [
    "duplicate",
    "? matching.idsFor(publisher, options)",
    "? matching.idsFor(publisher, options).flatMap((id, at, { length }) => at > 0 && at === length - 1 ? [id, id] : [id])",
  ]),
  router("subscriptions", "an UNSUBSCRIBE leaves its row behind", [
    "leaked subscription",
    "writing.write(session, () => store.removeSubscriber({ id, session: session.id }));",
    "",
  ]),
  router("subscription", "a session goes on counting what it unsubscribed from", [
    "leaked subscription",
    "session.subscriptions.delete(this);",
    "",
  ]),
  router("callee-choice", "roundrobin always begins with the same callee", [
    "wrong callee",
    "registration.turn = (at + 1) % callees.length;",
    "",
  ]),
  router("registration", "a callee that leaves makes roundrobin pass over another", [
    "wrong callee",
    "if (at < this.turn) this.turn--;",
    "",
  ]),
  router("callee-choice", "`last` is `first`", [
    "wrong callee",
    "callees.findLast(free)",
    "callees.find(free)",
  ]),
  router("pattern-table", "a wildcard registration is preferred to a prefix", [
    "wrong callee",
    "this.#prefix.longest(uri) ?? this.#wildcard.best(uri)",
    "this.#wildcard.best(uri) ?? this.#prefix.longest(uri)",
  ]),
  router("parking", "whose turn it is does not outlive sleep", [
    "wrong callee",
    "const turns = [...session.registrations]",
    "const turns = [...session.registrations].slice(0, 0)",
  ]),
  router("dealer", "a callee that leaves leaves its callers waiting", [
    "missing ERROR",
    'deliveries.push(this.#fail(invocation, "wamp.error.canceled", "the callee left before it answered"));',
    "this.#end(invocation);",
  ]),
  router("dealer", "after sleep no call times out", [
    "missing ERROR",
    "if (row.deadline !== undefined) this.#deadlines.add(invocation, row.deadline);",
    "",
  ]),
  router("dealer", "a CANCEL with kill is passed on each time", [
    "duplicate",
    "if (invocation.interrupted) return NOTHING;",
    "",
  ]),
  router("dealer", "a call goes back to the callee that refused it", [
    "wrong callee",
    "absent.includes(each.session) || ",
    "",
  ]),
  router("realm", "the count of invocations does not outlive sleep", [
    "id given twice",
    "session.lastInvocation = lastInvocation;",
    "",
  ]),
  router("realm", "whoever vanished during sleep stays as a ghost", [
    "leaked session",
    "return this.#removeAll(absent, { quietly: false });",
    "return [];",
  ]),
  router("testament", "testaments come in the order in which they were added", [
    "wrong order",
    'return [\n      ...rows.filter(({ scope }) => scope === "detached"),',
    'return rows;\n    return [\n      ...rows.filter(({ scope }) => scope === "detached"),',
  ]),
  router("audience", "eligible_authrole is not looked at", [
    "event to the wrong one",
    "(lists.eligible_authrole === undefined || names(lists.eligible_authrole, authrole)) &&",
    "",
  ]),
  router("retention", "a publisher gets its own retained event", [
    "event to the wrong one",
    "row.publisher === identity.session || ",
    "",
  ]),
  router("exceptions", "a pattern lets denied topics through", [
    "event to the wrong one",
    "if (exceptions.size === 0) return receivers;",
    "return receivers;",
  ]),
  router("subscriptions", "nobody is told that a subscription is gone", [
    "lost event",
    'events.push({ topic: "wamp.subscription.on_delete", args });',
    "",
  ]),
  router("invocation-details", "disclose_caller is forgotten", [
    "missing detail",
    "(disclosed || callee.discloseCaller)",
    "disclosed",
  ]),
  router("registrations", "anybody may unregister anything", [
    "missing ERROR",
    "if (!registration?.has(session)) {",
    "if (!registration) {",
  ]),
  router("realm", "a changed role is forgotten during sleep", [
    "lost change",
    "} else if (renamed) this.#roster.rename(session, store.identity(id));",
    "}",
  ]),
  {
    name: "messages of a batch are turned round",
    kind: "wrong order",
    file: "gateway/outbox.ts",
    find: "connection.outgoing.push(this.#owned(message));",
    replace: "connection.outgoing.unshift(this.#owned(message));",
  },
  {
    name: "the older session stays when a newer one takes over",
    kind: "leaked session",
    file: "gateway/reception.ts",
    find: "if (replaced.length > 0) this.#replace(replaced, identity);",
    replace: "",
  },
  {
    name: "whoever says GOODBYE does not leave",
    kind: "leaked session",
    file: "gateway/floor.ts",
    find: "connections.leave(session);",
    replace: "",
  },
];
