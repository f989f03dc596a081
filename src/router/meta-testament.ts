/** wamp.session.add_testament and flush_testaments (section 11.5). */
import { invalid, type MetaProcedures, readDict } from "./meta-procedure.ts";

export const TESTAMENT_PROCEDURES: MetaProcedures = {
  "wamp.session.add_testament": ({ testaments, reader }, { caller, args, kwargs, payload }) => {
    const [topic, eventArgs, eventKwargs] = args;
    // TES-03
    if (args.length < 3) throw invalid("add_testament takes topic, args and kwargs");
    if (eventArgs !== null && !Array.isArray(eventArgs)) throw invalid("args must be a list");
    if (eventKwargs !== null) readDict(eventKwargs, "kwargs");
    testaments.add(caller, {
      topic,
      scope: kwargs.scope,
      options: kwargs.publish_options,
      payload: reader.nested(payload, 1, 2),
    });
    return { args: [] };
  },
  "wamp.session.flush_testaments": ({ testaments }, { caller, kwargs }) => {
    testaments.flush(caller, kwargs.scope);
    return { args: [] };
  },
};
