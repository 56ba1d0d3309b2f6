"""The table of contents: every function of the app, by the file it is in."""

import logging
import os

import azure.durable_functions as df
from azure.functions import AuthLevel

from activities import (
    begin_check,
    begin_repair,
    confirm_plan,
    judge_plan,
    list_deployments,
    listen,
    load_operation,
    plan_deployment,
    plan_rollback,
    preflight,
    prove_absence,
    read_signals,
    record_end,
    release_secrets,
    report_drift,
    save_progress,
    send_event,
    submit_steps,
    tell_events,
    write_acceptance,
    write_ahead,
)
from orchestrators import (
    accept,
    check_drift,
    deliver_event,
    deploy,
    destroy,
    forget,
    repair,
    rotate,
    scan_drift,
    validate,
)
from shared.settings import entra_guards
from triggers import (
    deployments,
    drift,
    exports,
    notifications,
    operations,
    page,
    retention,
    steps,
)

# The SDKs log every request at INFO, with the URLs of operations, which are signed.
logging.getLogger("azure").setLevel(logging.WARNING)

# Whoever Entra has signed in needs no function key besides.
app = df.DFApp(
    http_auth_level=AuthLevel.ANONYMOUS if entra_guards(os.environ) else AuthLevel.FUNCTION
)

for part in (deployments, exports, operations, steps, drift, notifications, page, retention):
    app.register_functions(part.blueprint)
for part in (
    deploy,
    repair,
    rotate,
    forget,
    accept,
    destroy,
    validate,
    check_drift,
    scan_drift,
    deliver_event,
):
    app.register_functions(part.blueprint)
for part in (
    load_operation,
    plan_deployment,
    preflight,
    judge_plan,
    confirm_plan,
    write_ahead,
    submit_steps,
    listen,
    read_signals,
    save_progress,
    plan_rollback,
    prove_absence,
    release_secrets,
    record_end,
    list_deployments,
    report_drift,
    write_acceptance,
    begin_repair,
    begin_check,
    tell_events,
    send_event,
):
    app.register_functions(part.blueprint)
