-- The task hub of one app. All times are Unix microseconds on the host's clock.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,  -- schema, keys (HTTP access keys as JSON)
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE instance (
    id                  TEXT PRIMARY KEY,
    execution_id        TEXT NOT NULL,
    name                TEXT NOT NULL,
    version             TEXT NOT NULL,
    status              TEXT NOT NULL,  -- Pending, Running, Suspended, Completed, Failed, Terminated
    input               TEXT,           -- JSON as it was sent
    output              TEXT,           -- JSON; plain text of failure or reason if not Completed
    custom_status       TEXT,           -- JSON
    created             INTEGER NOT NULL,
    updated             INTEGER NOT NULL,
    parent_id           TEXT,
    parent_execution_id TEXT,
    parent_name         TEXT,
    parent_task_id      INTEGER
) WITHOUT ROWID;
CREATE INDEX instance_created ON instance (created, id);

CREATE TABLE history (  -- of the current execution; append only
    instance_id TEXT NOT NULL,
    seq         INTEGER NOT NULL,
    event       TEXT NOT NULL,
    PRIMARY KEY (instance_id, seq)
) WITHOUT ROWID;

CREATE TABLE inbox (  -- events on their way into a history
    seq          INTEGER PRIMARY KEY,
    instance_id  TEXT NOT NULL,
    execution_id TEXT,              -- NULL: for whatever execution is current
    visible_at   INTEGER NOT NULL,  -- the FireAt of a timer
    event_type   INTEGER NOT NULL,
    task_id      INTEGER,           -- of a timer, so that cancelling finds it
    event        TEXT NOT NULL
);
CREATE INDEX inbox_instance ON inbox (instance_id, visible_at);
CREATE INDEX inbox_due ON inbox (visible_at);

CREATE TABLE activity (  -- scheduled and not completed
    seq          INTEGER PRIMARY KEY,
    instance_id  TEXT NOT NULL,
    execution_id TEXT NOT NULL,
    task_id      INTEGER NOT NULL,
    name         TEXT NOT NULL,
    input        TEXT NOT NULL,
    lease        TEXT,                         -- token of the attempt that runs it
    lease_until  INTEGER NOT NULL DEFAULT 0,
    attempts     INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX activity_lease ON activity (lease_until);

CREATE TABLE timer_trigger (
    function TEXT PRIMARY KEY,
    last     INTEGER NOT NULL,  -- start of the last run
    next     INTEGER NOT NULL   -- the occurrence after it
) WITHOUT ROWID;
