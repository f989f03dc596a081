/**
 * The tables of a realm's object, as the steps that made them: step n makes a database of version n out of one of version
 * n - 1. A step that was ever deployed is never changed; what is wrong with it the next one mends. Databases of versions 1
 * and 2 bear no number, so their steps tolerate what is there. AUTOINCREMENT: an id is never given twice, not even after
 * its row is gone (ID-05).
 */

/** The realm, what its sessions hold, calls under way, and events that are kept. */
const ROUTER = `
  CREATE TABLE IF NOT EXISTS realm (name TEXT PRIMARY KEY) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS session (
    id INTEGER PRIMARY KEY, identity TEXT NOT NULL, last_invocation INTEGER NOT NULL, last_call INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS subscription (
    id INTEGER PRIMARY KEY AUTOINCREMENT, uri TEXT NOT NULL, match TEXT NOT NULL, created INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS subscriber (
    session INTEGER NOT NULL, subscription INTEGER NOT NULL,
    PRIMARY KEY (session, subscription)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS registration (
    id INTEGER PRIMARY KEY AUTOINCREMENT, uri TEXT NOT NULL, match TEXT NOT NULL, invoke TEXT NOT NULL,
    created INTEGER NOT NULL, turn INTEGER NOT NULL DEFAULT 0);
  CREATE TABLE IF NOT EXISTS callee (
    session INTEGER NOT NULL, registration INTEGER NOT NULL, place INTEGER NOT NULL,
    forward_timeout INTEGER NOT NULL, disclose_caller INTEGER NOT NULL,
    PRIMARY KEY (session, registration)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS invocation (
    callee INTEGER NOT NULL, id INTEGER NOT NULL, caller INTEGER NOT NULL, request INTEGER NOT NULL,
    state TEXT NOT NULL, format TEXT, count INTEGER NOT NULL, body BLOB,
    PRIMARY KEY (callee, id)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS testament (
    session INTEGER NOT NULL, place INTEGER NOT NULL, scope TEXT NOT NULL, topic TEXT NOT NULL, options TEXT NOT NULL,
    format TEXT, count INTEGER NOT NULL, body BLOB,
    PRIMARY KEY (session, place)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS retained (
    place INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL, publication INTEGER NOT NULL, time INTEGER NOT NULL,
    publisher INTEGER, octets INTEGER NOT NULL, details TEXT NOT NULL, lists TEXT NOT NULL, restricted INTEGER NOT NULL,
    format TEXT, count INTEGER NOT NULL, body BLOB);
  CREATE INDEX IF NOT EXISTS retained_topic ON retained (topic);
  CREATE TABLE IF NOT EXISTS history (
    subscription INTEGER NOT NULL, place INTEGER NOT NULL, publication INTEGER NOT NULL, time INTEGER NOT NULL,
    topic TEXT NOT NULL, details TEXT NOT NULL, lists TEXT NOT NULL, octets INTEGER NOT NULL,
    format TEXT, count INTEGER NOT NULL, body BLOB,
    PRIMARY KEY (subscription, place)) WITHOUT ROWID;
`;

/**
 * Sign-in: devices and what they are found by, claims, failed attempts, and what the realm was last told. Without the index
 * everybody who redeems a claim would read all of them to find the expired.
 */
const SIGN_IN = `
  CREATE TABLE IF NOT EXISTS principal (
    authid TEXT PRIMARY KEY, authrole TEXT NOT NULL, disabled INTEGER NOT NULL,
    created INTEGER NOT NULL, changed INTEGER NOT NULL, note TEXT,
    credential TEXT NOT NULL, shape TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS principal_key (
    method TEXT NOT NULL, key TEXT NOT NULL, authid TEXT NOT NULL,
    PRIMARY KEY (method, key)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS claim (
    id TEXT PRIMARY KEY, authid TEXT, authrole TEXT NOT NULL, replaces INTEGER NOT NULL,
    expires INTEGER NOT NULL) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS claim_expires ON claim (expires);
  CREATE TABLE IF NOT EXISTS attempt (
    key TEXT PRIMARY KEY, failures TEXT NOT NULL, latest INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS mock_key (octets BLOB NOT NULL);
  CREATE TABLE IF NOT EXISTS policy (rules TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS template (name TEXT PRIMARY KEY) WITHOUT ROWID;
`;

/**
 * Whose retained event it is. Anew, and not as one column more: that would stand behind the payload, and counting would
 * read every octet of them. From here on the version is a row.
 */
const RETAINED_AUTHID = `
  CREATE TABLE schema (version INTEGER NOT NULL);
  ALTER TABLE retained RENAME TO retained_2;
  DROP INDEX retained_topic;
  CREATE TABLE retained (
    place INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL, publication INTEGER NOT NULL, time INTEGER NOT NULL,
    authid TEXT, publisher INTEGER, octets INTEGER NOT NULL, details TEXT NOT NULL, lists TEXT NOT NULL,
    restricted INTEGER NOT NULL, format TEXT, count INTEGER NOT NULL, body BLOB);
  INSERT INTO retained
      (place, topic, publication, time, publisher, octets, details, lists, restricted, format, count, body)
    SELECT place, topic, publication, time, publisher, octets, details, lists, restricted, format, count, body
    FROM retained_2;
  DROP TABLE retained_2;
  CREATE INDEX retained_topic ON retained (topic);
`;

export const STEPS: readonly string[] = [ROUTER, SIGN_IN, RETAINED_AUTHID];
