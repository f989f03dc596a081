/** What a realm's configuration says of how much and how often, as the gateway wants it. */
import { burstOf, type RealmConfig } from "../config.ts";
import type { RoleTerms } from "../gateway/admission.ts";
import { type AttemptSettings, Attempts, DEFAULT_ATTEMPT_SETTINGS } from "../gateway/attempts.ts";
import type { Rate } from "../gateway/rate.ts";
import { DEFAULT_GATEWAY_SETTINGS, type GatewaySettings } from "../gateway/settings.ts";
import { AttemptRows } from "./attempt-rows.ts";

/** Role name to its terms. */
export function roleTerms(config: RealmConfig | undefined): ReadonlyMap<string, RoleTerms> {
  return new Map(
    (config?.roles ?? []).map(({ name, singleSession, admin, limits }) => {
      const { sessions, sessionsPerAuthid, messages, messagesPerAuthid } = limits;
      const rate = messages === 0 ? undefined : { perSecond: messages, burst: burstOf(limits) };
      const ratePerAuthid = messagesPerAuthid && {
        perSecond: messagesPerAuthid,
        burst: burstOf({ messages: messagesPerAuthid }),
      };
      const terms = {
        singleSession,
        admin,
        ...(sessions !== undefined && { sessions }),
        ...(sessionsPerAuthid !== undefined && { sessionsPerAuthid }),
        ...(rate && { rate }),
        ...(ratePerAuthid && { ratePerAuthid }),
      };
      return [name, terms];
    }),
  );
}

export function gatewaySettings(config: RealmConfig | undefined): GatewaySettings {
  if (!config) return DEFAULT_GATEWAY_SETTINGS;
  const { sessions, joining, backlog, totalBacklog, messages, burst } = config.limits;
  const silence = config.liveness && config.liveness.silence * 1_000;
  const rate: Rate | undefined =
    messages === undefined ? undefined : { perSecond: messages, burst: burst ?? 2 * messages };
  return {
    ...DEFAULT_GATEWAY_SETTINGS,
    sessions,
    joining,
    backlog,
    totalBacklog,
    ...(silence !== undefined && { silence }),
    ...(rate && { rate }),
  };
}

/** How often somebody may fail to sign in. */
export function attemptSettings(config: RealmConfig | undefined): AttemptSettings {
  const { perAuthid, perAddress } = config?.authFailures ?? {};
  return {
    ...DEFAULT_ATTEMPT_SETTINGS,
    ...(perAuthid !== undefined && { perName: perAuthid }),
    ...(perAddress !== undefined && { perAddress }),
  };
}

/** Failed sign-ins, as rows of the object. */
export function attemptsOf(config: RealmConfig | undefined, sql: SqlStorage): Attempts {
  return new Attempts(new AttemptRows(sql), attemptSettings(config), () => Date.now());
}
