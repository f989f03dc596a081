/** wamp.registration.* and wamp.subscription.*: what is served and subscribed, and by whom (sections 11.3, 11.4). */
import { WampError } from "../wamp/error.ts";
import { isReserved, type MatchPolicy, uriFault } from "../wamp/uri.ts";
import { permitted } from "./authorization.ts";
import { topicCheck } from "./exceptions.ts";
import { readQuery } from "./history-query.ts";
import {
  invalid,
  type MetaCall,
  type MetaProcedures,
  type MetaRealm,
  readDict,
  readId,
  readReason,
  readText,
} from "./meta-procedure.ts";
import type { Registration } from "./registration.ts";
import { describe as describeRegistration } from "./registrations.ts";
import type { HistoryRow } from "./store.ts";
import type { Subscription } from "./subscription.ts";
import { describe as describeSubscription } from "./subscriptions.ts";

export const REGISTRATION_PROCEDURES: MetaProcedures = {
  "wamp.registration.list": ({ dealer }) => ({ args: [byPolicy(dealer.registrations.byId.values())] }),
  "wamp.registration.lookup": ({ dealer }, call) => {
    const [match, uri] = readPattern(call);
    return { args: [dealer.registrations.table.get(match, uri)?.id ?? null] };
  },
  "wamp.registration.match": ({ dealer, settings }, { args }) => {
    const uri = readText(args[0], "procedure");
    // URI-15: a pattern that would cover wamp.* is never called for it. What is no URI cannot be called at all.
    const callable = !isReserved(uri) && !uriFault(uri, "exact", settings.uriRule);
    return { args: [(callable && dealer.registrations.table.best(uri)?.id) || null] };
  },
  "wamp.registration.get": (realm, call) => ({ args: [describeRegistration(registration(realm, call))] }),
  "wamp.registration.list_callees": (realm, call) => ({
    args: [registration(realm, call).callees.map(({ session }) => session.id)],
  }),
  "wamp.registration.count_callees": (realm, call) => ({ args: [registration(realm, call).callees.length] }),
};

export const SUBSCRIPTION_PROCEDURES: MetaProcedures = {
  "wamp.subscription.list": ({ broker }) => ({ args: [byPolicy(broker.subscriptions.byId.values())] }),
  "wamp.subscription.lookup": ({ broker }, call) => {
    const [match, uri] = readPattern(call);
    return { args: [broker.subscriptions.table.get(match, uri)?.id ?? null] };
  },
  "wamp.subscription.match": ({ broker, settings }, { args }) => {
    const topic = readText(args[0], "topic");
    const matching = uriFault(topic, "exact", settings.uriRule)
      ? []
      : broker.subscriptions.table.matching(topic);
    return { args: [matching.length > 0 ? matching.map(({ id }) => id) : null] }; // SBM-09
  },
  "wamp.subscription.get": (realm, call) => ({ args: [describeSubscription(subscription(realm, call))] }),
  "wamp.subscription.list_subscribers": (realm, call) => ({
    args: [[...subscription(realm, call).subscriberIds]],
  }),
  "wamp.subscription.count_subscribers": (realm, call) => ({
    args: [subscription(realm, call).subscribers.size],
  }),
};

/** Announced as event_history, where the realm keeps one. */
export const HISTORY_PROCEDURES: MetaProcedures = {
  "wamp.subscription.get_events": (realm, call) => {
    const { id, uri, match } = subscription(realm, call);
    const { identity } = call.caller;
    const query = readQuery(call.kwargs);
    // HIS-23
    const { exceptions } = permitted(realm.may, identity, { action: "subscribe", uri, match });
    const isAllowed = exceptions && match !== "exact" ? topicCheck(realm.may, identity) : () => true;
    const show = (row: HistoryRow) => (isAllowed(row.topic) ? historyEvent(realm, call, row) : undefined);
    return { args: realm.broker.history.select(id, query, { identity, show }) }; // HIS-08
  },
};

/** Revocation takes the same right as killing a session (RMA-16, SBM-14). */
export const REVOKE_PROCEDURES: MetaProcedures = {
  "wamp.registration.remove_callee": (realm, call) => {
    const { id } = registration(realm, call);
    const { session, reason } = readRevocation(realm, call);
    return { args: [], deliveries: realm.dealer.revoke(session, id, reason) };
  },
  "wamp.subscription.remove_subscriber": (realm, call) => {
    const { id } = subscription(realm, call);
    const { session, reason } = readRevocation(realm, call);
    return { args: [], deliveries: realm.broker.revoke(session, id, reason) };
  },
};

/** HIS-09. SER-12: undefined where the caller's format cannot express the event, as it would not have been delivered. */
function historyEvent({ reader }: MetaRealm, call: MetaCall, row: HistoryRow) {
  const parts = reader.parts(row.payload, call.payload);
  if (!parts) return undefined;
  const { args, kwargs } = parts;
  return {
    timestamp: new Date(row.time).toISOString(),
    subscription: row.subscription,
    publication: row.publication,
    details: row.details,
    ...(args && { args }),
    ...(kwargs && { kwargs }),
  };
}

/** RMA-08, SBM-07: all three keys, always. */
function byPolicy(all: Iterable<Registration | Subscription>): Record<MatchPolicy, number[]> {
  const ids: Record<MatchPolicy, number[]> = { exact: [], prefix: [], wildcard: [] };
  for (const { id, match } of all) ids[match].push(id);
  return ids;
}

/** RMA-10, SBM-08: a URI, and options whose match defaults to exact. */
function readPattern({ args: [uri, options] }: MetaCall): [MatchPolicy, string] {
  const match = readDict(options ?? {}, "options").match ?? "exact";
  if (match !== "exact" && match !== "prefix" && match !== "wildcard") {
    throw invalid("options.match must be exact, prefix or wildcard");
  }
  return [match, readText(uri, "the URI")];
}

function registration({ dealer }: MetaRealm, { args }: MetaCall): Registration {
  const id = readId(args[0], "registration");
  const found = dealer.registrations.byId.get(id);
  if (!found) throw new WampError("wamp.error.no_such_registration", `there is no registration ${id}`);
  return found;
}

function subscription({ broker }: MetaRealm, { args }: MetaCall): Subscription {
  const id = readId(args[0], "subscription");
  const found = broker.subscriptions.byId.get(id);
  if (!found) throw new WampError("wamp.error.no_such_subscription", `there is no subscription ${id}`);
  return found;
}

function readRevocation({ roster }: MetaRealm, { args, kwargs }: MetaCall) {
  const id = readId(args[1], "session");
  const session = roster.get(id);
  if (!session) throw new WampError("wamp.error.no_such_session", `there is no session ${id}`);
  return { session, reason: readReason(args[2] ?? kwargs.reason) };
}
