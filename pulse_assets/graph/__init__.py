"""All of Dagster: assets, checks, jobs, schedules, sensors and the runs that the command line starts.

Asset logic does not belong here: it stands in `sync`, `tables`, `metrics` and `reports`, which know nothing of Dagster.
"""
