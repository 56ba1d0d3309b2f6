"""The server parameters that are emulated, with their rules."""

import re
from dataclasses import dataclass

from local.arm_emulator.wire.messages import Json


@dataclass(frozen=True, slots=True)
class Parameter:
    """One server parameter. `allowed` is ``low-high``, a comma list, or a pattern."""

    default: str
    type: str  # Boolean, Integer, Numeric, Enumeration, Set or String
    allowed: str
    dynamic: bool = True
    read_only: bool = False

    def allows(self, value: str) -> bool:
        """Whether a value may be set."""
        if self.type in ("Integer", "Numeric"):
            low, _, high = self.allowed.rpartition("-")
            try:
                return float(low) <= float(value) <= float(high)
            except ValueError:
                return False
        choices = {each.strip().lower() for each in self.allowed.split(",")}
        if self.type == "Set":
            return all(v.strip().lower() in choices for v in value.split(",") if v.strip())
        if self.type == "String":
            return re.fullmatch(self.allowed, value) is not None
        return value.lower() in choices

    def properties(self) -> Json:
        """What a GET shows of a parameter that nobody has set."""
        return {
            "value": self.default,
            "description": "",
            "defaultValue": self.default,
            "dataType": self.type,
            "allowedValues": self.allowed,
            "source": "system-default",
            "isDynamicConfig": self.dynamic,
            "isReadOnly": self.read_only,
            "isConfigPendingRestart": False,
            "unit": "",
            "documentationLink": "",
        }


_ON_OFF = "on,off"
_LIBRARIES = (
    "auto_explain,azure_storage,pg_cron,pg_hint_plan,pg_partman_bgw,pg_prewarm,pg_squeeze,"
    "pg_stat_statements,pgaudit,pglogical,timescaledb,wal2json"
)
PARAMETERS = {
    "max_connections": Parameter("859", "Integer", "25-5000", dynamic=False),
    "shared_preload_libraries": Parameter(
        "pg_cron,pg_stat_statements", "Set", _LIBRARIES, dynamic=False
    ),
    "shared_buffers": Parameter("262144", "Integer", "16-1073741823", dynamic=False),
    "azure.extensions": Parameter("", "String", r"[A-Za-z0-9_,\- ]*"),
    "work_mem": Parameter("4096", "Integer", "4096-2097151"),
    "maintenance_work_mem": Parameter("157696", "Integer", "1024-2097151"),
    "effective_cache_size": Parameter("786432", "Integer", "1-2147483647"),
    "random_page_cost": Parameter("2", "Numeric", "0-1797"),
    "effective_io_concurrency": Parameter("1", "Integer", "0-1000"),
    "checkpoint_completion_target": Parameter("0.9", "Numeric", "0-1"),
    "max_wal_size": Parameter("8192", "Integer", "32-65536"),
    "min_wal_size": Parameter("80", "Integer", "32-65536"),
    "wal_buffers": Parameter("2048", "Integer", "-1-262143", dynamic=False),
    "max_worker_processes": Parameter("8", "Integer", "0-262143", dynamic=False),
    "max_parallel_workers": Parameter("8", "Integer", "0-1024"),
    "max_parallel_workers_per_gather": Parameter("2", "Integer", "0-1024"),
    "max_parallel_maintenance_workers": Parameter("2", "Integer", "0-64"),
    "default_statistics_target": Parameter("100", "Integer", "1-10000"),
    "autovacuum": Parameter("on", "Boolean", _ON_OFF),
    "autovacuum_vacuum_scale_factor": Parameter("0.2", "Numeric", "0-100"),
    "autovacuum_analyze_scale_factor": Parameter("0.1", "Numeric", "0-100"),
    "autovacuum_vacuum_cost_limit": Parameter("-1", "Integer", "-1-10000"),
    "autovacuum_max_workers": Parameter("3", "Integer", "1-262143", dynamic=False),
    "idle_in_transaction_session_timeout": Parameter("0", "Integer", "0-2147483647"),
    "statement_timeout": Parameter("0", "Integer", "0-2147483647"),
    "lock_timeout": Parameter("0", "Integer", "0-2147483647"),
    "tcp_keepalives_idle": Parameter("120", "Integer", "0-2147483647"),
    "tcp_keepalives_interval": Parameter("30", "Integer", "0-2147483647"),
    "tcp_keepalives_count": Parameter("9", "Integer", "0-2147483647"),
    "log_min_duration_statement": Parameter("-1", "Integer", "-1-2147483647"),
    "log_connections": Parameter("on", "Boolean", _ON_OFF),
    "log_disconnections": Parameter("off", "Boolean", _ON_OFF),
    "log_checkpoints": Parameter("on", "Boolean", _ON_OFF),
    "log_lock_waits": Parameter("off", "Boolean", _ON_OFF),
    "log_statement": Parameter("none", "Enumeration", "none,ddl,mod,all"),
    "require_secure_transport": Parameter("on", "Boolean", _ON_OFF),
    "ssl_min_protocol_version": Parameter("TLSv1.2", "Enumeration", "TLSv1.2,TLSv1.3"),
    "password_encryption": Parameter("scram-sha-256", "Enumeration", "md5,scram-sha-256"),
    "wal_level": Parameter("replica", "Enumeration", "replica,logical", dynamic=False),
    "max_replication_slots": Parameter("10", "Integer", "2-262143", dynamic=False),
    "max_wal_senders": Parameter("10", "Integer", "5-100", dynamic=False),
    "pg_stat_statements.track": Parameter("none", "Enumeration", "top,all,none"),
    "pg_stat_statements.max": Parameter("5000", "Integer", "100-2147483647", dynamic=False),
    "pg_qs.query_capture_mode": Parameter("none", "Enumeration", "none,top,all"),
    "pgms_wait_sampling.query_capture_mode": Parameter("none", "Enumeration", "none,all"),
    "index_tuning.mode": Parameter("off", "Enumeration", "off,report"),
    "pgbouncer.enabled": Parameter("false", "Boolean", "true,false"),
    "pgbouncer.default_pool_size": Parameter("50", "Integer", "1-4950"),
    "pgbouncer.pool_mode": Parameter("transaction", "Enumeration", "session,transaction,statement"),
    "pgbouncer.max_client_conn": Parameter("5000", "Integer", "1-50000"),
    "pgbouncer.min_pool_size": Parameter("0", "Integer", "0-4950"),
    "pgbouncer.query_wait_timeout": Parameter("120", "Integer", "0-86400"),
    "pgbouncer.server_idle_timeout": Parameter("600", "Integer", "0-86400"),
    "timezone": Parameter("UTC", "String", r"[A-Za-z0-9/,_+\- ]+"),
    "server_version": Parameter("17.6", "String", ".*", read_only=True),
    "data_directory": Parameter("/datadrive/pg/data", "String", ".*", read_only=True),
}
