"""How the steps of a run are executed."""

import dagster as dg

#: A run in one process costs 5 CPU-seconds, one process per step 20; and a killed run leaves no step behind that
#: goes on writing. Parallelism stands inside the steps (threads of a sync).
EXECUTOR = dg.in_process_executor
